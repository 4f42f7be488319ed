/**
 * Colab's habits against a simulated front end, in a running kernel that believes to be on Colab. The messages are those of
 * colabtools (google/colab/_message.py, drive.py, output/_js.py); nothing here has been tried on Colab itself.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JupyterClient, type Received } from '../support/jupyter-client';

let kernel: JupyterClient;
const folder = mkdtempSync(join(tmpdir(), 'colab-'));
const built = (name: string): string => JSON.stringify(join(__dirname, '../../dist/kernel', name));
const host = '(globalThis as any)[Symbol.for("diff-svc.kernel")]';

beforeAll(async () => {
  mkdirSync(join(folder, 'bin'));
  // stands for the Python of Colab's machine: mounts by making the folder, or fails
  writeFileSync(
    join(folder, 'bin/python3'),
    `#!/bin/sh\n[ -e ${folder}/broken ] && exit 5\nmkdir -p "$3/MyDrive"\necho mounted\n`,
  );
  chmodSync(join(folder, 'bin/python3'), 0o755);
  kernel = await JupyterClient.start({
    cwd: folder,
    env: { COLAB_RELEASE_TAG: 'release', PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
  });
});
afterAll(async () => {
  await kernel?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Answers Colab's requests of a cell, as the page would, until the cell ends. */
async function answering(id: string, answer: (request: Received) => object): Promise<void> {
  const answered = new Set<number>();
  const isOver = (): boolean => kernel.messages.some((m) => m.parentId === id && m.type === 'execute_reply');
  while (!isOver()) {
    const next = await kernel.wait(
      (m) =>
        m.parentId === id &&
        (m.type === 'execute_reply' ||
          (m.type === 'colab_request' && !answered.has(m.metadata.colab_msg_id))),
    );
    if (next.type === 'execute_reply') return;
    answered.add(next.metadata.colab_msg_id);
    kernel.send('stdin', 'input_reply', {
      value: { type: 'colab_reply', colab_msg_id: next.metadata.colab_msg_id, ...answer(next) },
    });
  }
}

describe('drive.mount', () => {
  const mount = (point: string): string =>
    kernel.start(
      `const { mountDrive } = require(${built('colab')}); await mountDrive(${host}, ${JSON.stringify(join(folder, point))})`,
    );

  it('asks the front end, then mounts', async () => {
    const id = mount('drive');
    let asked: Received | null = null;
    await answering(id, (request) => {
      asked = request;
      return { data: {} };
    });
    expect(asked!.metadata.colab_request_type).toBe('request_auth');
    expect(asked!.content.request).toEqual({ authType: 'dfs_ephemeral' });
    const end = await kernel.end(id);
    expect([end.result, end.stdout]).toEqual([`'${join(folder, 'drive/MyDrive')}'`, 'mounted\n']);
    // mounted already: nobody is asked again
    const again = await kernel.end(mount('drive'));
    expect(again.result).toBe(end.result);
    expect(again.outputs.some(({ type }) => type === 'colab_request')).toBe(false);
  });

  it('says what to do when it is refused or fails', async () => {
    const refused = mount('second');
    await answering(refused, () => ({ error: 'no' }));
    expect((await kernel.end(refused)).reply.evalue).toContain('no');
    writeFileSync(join(folder, 'broken'), '');
    const failed = mount('third');
    await answering(failed, () => ({ data: {} }));
    const { evalue, traceback } = (await kernel.end(failed)).reply;
    expect(evalue).toContain('exit code 5');
    expect(traceback.join()).toContain('folder button');
  });
});

describe('files', () => {
  const content = Buffer.from(Array.from({ length: 7_000_000 }, (_, i) => (i * 31) % 256));

  it('come up in pieces, by their last name only', async () => {
    const id = kernel.start(
      `const { uploadFiles } = require(${built('file-transfer')}); await uploadFiles(${host})`,
    );
    await answering(id, (request) => {
      expect(request.metadata.colab_request_type).toBe('cell_javascript_eval');
      const script: string = request.content.request.script;
      const read = /^diffSvcRead\((\d+), (\d+), (\d+)\)$/.exec(script);
      if (!read)
        return {
          data: [
            { name: '../../evil/../song.zip', size: content.length },
            { name: '..', size: 0 },
          ],
        };
      return { data: content.subarray(Number(read[2]), Number(read[3])).toString('base64') };
    });
    const end = await kernel.end(id);
    expect(end.result).toContain(join(folder, 'song.zip'));
    expect(end.result).toContain(join(folder, 'upload'));
    expect(readFileSync(join(folder, 'song.zip')).equals(content)).toBe(true);
  });

  it('go down in pieces', async () => {
    writeFileSync(join(folder, 'voice.ckpt'), content);
    const id = kernel.start(
      `const { downloadFile } = require(${built('file-transfer')}); await downloadFile(${host}, "voice.ckpt")`,
    );
    const pieces: Buffer[] = [];
    let saved = '';
    await answering(id, (request) => {
      const script: string = request.content.request.script;
      const piece = /atob\("([^"]*)"\)/.exec(script);
      if (piece) pieces.push(Buffer.from(piece[1]!, 'base64'));
      if (script.includes('download:')) saved = script;
      return { data: null };
    });
    expect((await kernel.end(id)).reply.status).toBe('ok');
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(saved).toContain('"voice.ckpt"');
  });
});
