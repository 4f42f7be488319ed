/** The cell that mounts Google Drive asks for a login, and for the right to read what a person put there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { type CellEnd, JupyterClient } from '../support/jupyter-client';

const folder = mkdtempSync(join(tmpdir(), 'mount-cell-'));
let emulator: DriveEmulator;
let kernel: JupyterClient;

beforeAll(async () => {
  emulator = await DriveEmulator.start();
  const { clientId, clientSecret } = emulator.accounts.grant({ scopes: [] });
  const env = {
    DIFF_SVC_GOOGLE_ROOT: emulator.url,
    DIFF_SVC_CLIENT_ID: clientId,
    DIFF_SVC_CLIENT_SECRET: clientSecret,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
  };
  kernel = await JupyterClient.start({ cwd: process.cwd(), env });
});
afterAll(async () => {
  await kernel?.stop();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const code = "import { mountGoogleDrive } from './dist/notebook'; await mountGoogleDrive();";

/** Runs the cell; answers its question, and follows the address that it then shows, as a person would. */
async function mount(answer: string | null): Promise<CellEnd & { readonly question: string }> {
  const id = kernel.start(code, { allow_stdin: true });
  let question = '';
  if (answer !== null) {
    const request = await kernel.wait(({ type, parentId }) => type === 'input_request' && parentId === id);
    question = String(request.content.prompt);
    kernel.send('stdin', 'input_reply', { status: 'ok', value: answer });
  }
  if (answer === 'y') {
    const shown = await kernel.wait(
      ({ type, parentId, content }) =>
        type === 'stream' && parentId === id && /http:\S+/.test(String(content.text)),
    );
    await fetch(/http:\S+/.exec(String(shown.content.text))![0]);
  }
  return { ...(await kernel.end(id)), question };
}

const scopes = (): string =>
  JSON.parse(readFileSync(join(folder, 'config', 'diff-svc', 'google.json'), 'utf8')).tokens.scope;

test('no login: it offers one; own files only: it offers to read others; then it asks no more', async () => {
  const declined = await mount('');
  expect(declined.question).toMatch(/no Google login.*Log in now/);
  expect(declined.stdout).toContain('local folder');
  const own = await mount('y');
  expect(own.stdout).toContain('Using Google Drive with your login (drive.file)');
  const refused = await mount('n');
  expect(refused.question).toMatch(/sees only files that it made.*by hand/);
  expect(scopes()).not.toContain('drive.readonly');
  await mount('y');
  expect(scopes()).toContain('drive.readonly');
  const last = await mount(null);
  expect(last.reply.status).toBe('ok');
  expect(last.stdout).toMatch(/Using Google Drive with your login \(.*drive\.readonly/);
});

test('where nobody can answer, the cell goes on', async () => {
  rmSync(join(folder, 'config'), { recursive: true, force: true });
  const end = await kernel.run(code);
  expect(end.reply.status).toBe('ok');
  expect(end.stdout).toContain('local folder');
});
