/** A voice named by a path on Drive; a local folder stands in for it. `test/cli/drive.test.ts` has the emulator. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { voiceOnDisk } from '../../lib/assembly/drive-checkpoint';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { sampleCheckpoint } from '../checkpoint/samples';

let data: string;
let onDrive: string;
let notices: string[];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'voice-'));
  vi.stubEnv('XDG_DATA_HOME', data);
  vi.stubEnv('XDG_CONFIG_HOME', data);
  onDrive = join(data, 'diff-svc', 'drive', 'voices');
  mkdirSync(onDrive, { recursive: true });
  notices = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(data, { recursive: true, force: true });
});

const session = {
  progress: () => undefined,
  notice: (text: string) => notices.push(text),
  signal: new AbortController().signal,
};

/** Puts a checkpoint onto the Drive as a person does who drags it there. @returns its bytes */
async function put(name: string): Promise<Buffer> {
  const path = join(onDrive, name);
  await writeCheckpoint(path, sampleCheckpoint());
  return readFileSync(path);
}

describe('voiceOnDisk', () => {
  test('a path of this machine is itself', async () => {
    expect(await voiceOnDisk(onDrive, session)).toBe(onDrive);
  });

  test('a file by name, with the config.yaml beside it', async () => {
    const bytes = await put('model_ckpt_steps_300.ckpt');
    await put('model_ckpt_steps_400.ckpt');
    writeFileSync(join(onDrive, 'config.yaml'), 'hidden_size: 8');
    const path = await voiceOnDisk('drive:voices/model_ckpt_steps_300.ckpt', session);
    expect(path.startsWith(onDrive)).toBe(false);
    expect(readFileSync(path)).toEqual(bytes);
    expect(readFileSync(join(path, '..', 'config.yaml'), 'utf8')).toBe('hidden_size: 8');
  });

  test('a file of any name', async () => {
    const bytes = await put('alice.ckpt');
    const path = await voiceOnDisk('drive:voices/alice.ckpt', session);
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('of a folder the newest that can be read, slim ones too', async () => {
    await put('model_ckpt_steps_100.ckpt');
    const bytes = await put('clean_model_ckpt_steps_200.ckpt');
    await put('model_ckpt_steps_300.ckpt');
    truncateSync(join(onDrive, 'model_ckpt_steps_300.ckpt'), 500);
    expect(readFileSync(await voiceOnDisk('drive:voices', session))).toEqual(bytes);
    expect(notices.join('\n')).toContain('Left out model_ckpt_steps_300.ckpt');
  });

  test.each(['drive:voices', 'drive:nowhere', 'drive:voices/model_ckpt_steps_5.ckpt'])(
    '%s without a checkpoint is refused',
    async (path) => {
      await expect(voiceOnDisk(path, session)).rejects.toMatchObject({ code: 'no-checkpoint' });
    },
  );
});
