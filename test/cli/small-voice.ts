/** A dataset of three sung clips and a voice trained on it for a moment: what tests of the command line share. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeZip } from '../data/make-zip';
import { runWell } from './cli-process';
import { sungWav } from './sung';

const clip = { samples: 3 * 44100, sampleRate: 44100 };
const baseNotesHz = [110, 131, 147];

/**
 * Flags of a model that trains in a second. Not smaller: the reader refuses files whose numbers outweigh their tensors, and
 * the speaker profile of a few seconds is tens of thousands of numbers.
 */
export const smallModel: readonly string[] = [
  '--preset',
  'demo',
  '--set',
  'model.residualChannels=64',
  'model.residualLayers=4',
  'training.maxSentences=2',
  'training.cropFrames=64',
];

/** A folder below the system's temporary one. */
export interface Workplace {
  /** path of `name` in it */
  at(name: string): string;
  /** a copy of `name` (file or folder) that a test may spoil */
  copy(name: string, as: string): string;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'diff-svc-cli-'));
  const at = (name: string): string => join(folder, name);
  return {
    at,
    copy: (name, as) => {
      cpSync(at(name), at(as), { recursive: true });
      return at(as);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes `songs.zip` and of it the dataset `data`. */
export async function makeDataset({ at }: Workplace): Promise<void> {
  const files = baseNotesHz.map((hz) => ({
    name: `sung-${hz}.wav`,
    content: sungWav(clip.samples, clip.sampleRate, hz),
  }));
  writeFileSync(at('songs.zip'), makeZip(files));
  await runWell('ingest', at('songs.zip'), '--data', at('data'), '--preset', 'demo');
}

/** Arguments of a run on `data` into `saveDir`. */
export function trainArgs({ at }: Workplace, saveDir: string, ...more: string[]): string[] {
  return ['train', '--data', at('data'), '--save-dir', saveDir, '--json', ...more];
}

/** Names and bytes of the files in a folder (only `names` if given), so that two moments can be compared. */
export function contents(folder: string, ...names: string[]): Record<string, string> {
  const chosen = names.length > 0 ? names : readdirSync(folder).sort();
  return Object.fromEntries(
    chosen.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}
