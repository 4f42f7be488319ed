import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BaseVoiceSession, baseVoicePath } from '../../lib/assembly/base-voice-path';
import { makeZip } from '../data/make-zip';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'base-'));
  vi.stubEnv('DIFF_SVC_ASSETS', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const session: BaseVoiceSession = {
  progress: () => undefined,
  notice: () => undefined,
  signal: new AbortController().signal,
  offline: true,
};

describe('--base NAME --offline', () => {
  // every address that is not of this machine fails a test (test/support/loopback-only.ts)
  test('says which file to put where, and uses it once it is there', async () => {
    const file = join(folder, 'nehito-44k', 'Nehito-Diff-SVC_44khz.zip');
    await expect(baseVoicePath('nehito (44.1kHz)', session)).rejects.toMatchObject({
      code: 'asset-missing',
      message: expect.stringContaining('--offline'),
      remedy: expect.stringMatching(new RegExp(`from https://.*put it here: ${file}$`)),
    });
    mkdirSync(join(folder, 'nehito-44k'));
    writeFileSync(file, makeZip([{ name: 'voice/nehito.ckpt', content: Buffer.from('weights') }]));
    const path = await baseVoicePath('nehito-44k', session);
    expect(readFileSync(path, 'utf8')).toBe('weights');
  });

  test('a file of this machine is itself', async () => {
    const path = join(folder, 'mine.ckpt');
    writeFileSync(path, 'x');
    expect(await baseVoicePath(path, session)).toBe(path);
  });

  test.each([
    ['nobody', 'no-base-voice'],
    ['opencpop-24k', 'base-voice-24k'],
  ])('%s is refused', async (name, code) => {
    await expect(baseVoicePath(name, session)).rejects.toMatchObject({ code });
  });
});
