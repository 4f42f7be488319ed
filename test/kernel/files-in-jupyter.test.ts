/** Files between the person and the machine outside Colab: ipywidgets' FileUpload and a link. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JupyterClient } from '../support/jupyter-client';

let kernel: JupyterClient;
const folder = mkdtempSync(join(tmpdir(), 'files-'));
const files = JSON.stringify(join(__dirname, '../../dist/kernel/file-transfer'));
const host = '(globalThis as any)[Symbol.for("diff-svc.kernel")]';

beforeAll(async () => {
  kernel = await JupyterClient.start({ cwd: folder });
});
afterAll(async () => {
  await kernel?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('a chosen file arrives through the widget', async () => {
  const id = kernel.start(`const { uploadFiles } = require(${files}); await uploadFiles(${host})`, {
    allow_stdin: true,
  });
  const opened = await kernel.wait((m) => m.type === 'comm_open' && m.parentId === id);
  expect(opened.content.data.state).toMatchObject({ _model_name: 'FileUploadModel', multiple: true });
  const state = { value: [{ name: 'a.wav', type: 'audio/wav', size: 3, last_modified: 0 }] };
  kernel.send(
    'shell',
    'comm_msg',
    {
      comm_id: opened.content.comm_id,
      data: { method: 'update', state, buffer_paths: [['value', 0, 'content']] },
    },
    { buffers: [Buffer.from([1, 2, 3])] },
  );
  const end = await kernel.end(id);
  expect(end.result).toContain('a.wav');
  expect([...readFileSync(join(folder, 'a.wav'))]).toEqual([1, 2, 3]);
});

it('nobody is asked where nobody is', async () => {
  const end = await kernel.run(`const again = require(${files}); await again.uploadFiles(${host})`);
  expect(end.reply.evalue).toContain('takes no input');
});

it('a file is handed over as a link, its name made harmless', async () => {
  writeFileSync(join(folder, 'a"<b>.txt'), 'text');
  const end = await kernel.run(
    `const down = require(${files}); await down.downloadFile(${host}, 'a"<b>.txt')`,
  );
  const html: string = end.outputs[0]!.content.data['text/html'];
  expect(html).toContain(`base64,${Buffer.from('text').toString('base64')}`);
  expect(html).toContain('download="a&quot;&lt;b>.txt"');
  expect((await kernel.run(`await down.downloadFile(${host}, "missing")`)).reply.evalue).toContain(
    'Expected a file missing',
  );
});
