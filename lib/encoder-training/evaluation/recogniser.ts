/**
 * Phones as an independent recogniser hears them: CMU PocketSphinx, whose acoustic models come from recorded people and
 * share nothing with our encoders or with flite. It runs phone recognition with its phonetic language model and
 * context-independent units, 30 times faster than the others and less helped by its knowledge of English.
 */
import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Audio } from '../../audio/audio';
import { resample } from '../../audio/resample';
import { encodeWav } from '../../audio/wav';
import type { OnProgress } from '../../config/progress';

/** Hears phones. */
export interface Recogniser {
  /** name and settings; part of cache keys */
  readonly id: string;
  /** per recording (any rate) its phones, in CMU's spelling, without silence and noises */
  recognise(recordings: readonly Audio[], label: string): Promise<string[][]>;
}

/** What to do without one. */
export const recogniserMissing =
  'PocketSphinx is not installed, so intelligibility is NOT measured. Debian and Ubuntu: apt install pocketsphinx ' +
  'pocketsphinx-en-us; macOS: brew install cmu-pocketsphinx. A model elsewhere: POCKETSPHINX_MODEL=folder with en-us/ and en-us-phone.lm.bin';

const PROGRAM = 'pocketsphinx_batch';
const MODEL_FOLDERS = [
  '/usr/share/pocketsphinx/model/en-us',
  '/usr/local/share/pocketsphinx/model/en-us',
  '/opt/homebrew/share/pocketsphinx/model/en-us',
];
/** The language weight suits the singing of both singers best (measured on their own recordings: 2 to 8). */
const SETTINGS =
  '-allphone_ci yes -lw 3 -beam 1e-20 -pbeam 1e-20 -cmn batch -remove_noise no -adcin yes -adchdr 44 -cepext .wav'.split(
    ' ',
  );
const SAMPLE_RATE = 16000;
/** Recordings per call: often enough for a progress bar. */
const PER_CALL = 12;
const PEAK = 0.7;

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return null;
}

/** The recogniser, or null where it is not installed. */
export async function findRecogniser(
  env: NodeJS.ProcessEnv,
  progress: OnProgress,
  signal: AbortSignal,
): Promise<Recogniser | null> {
  const folders = env.POCKETSPHINX_MODEL ? [env.POCKETSPHINX_MODEL] : MODEL_FOLDERS;
  const languageModel = await firstThere(folders.map((folder) => join(folder, 'en-us-phone.lm.bin')));
  const places = (env.PATH ?? '').split(delimiter).filter((place) => place !== '');
  const program = await firstThere(places.map((place) => join(place, PROGRAM)));
  if (languageModel === null || program === null) return null;
  const model = ['-hmm', join(languageModel, '../en-us'), '-allphone', languageModel];
  return {
    id: `${PROGRAM} ${SETTINGS.join(' ')}`,
    async recognise(recordings, label) {
      const heard: string[][] = [];
      for (let i = 0; i < recordings.length; i += PER_CALL) {
        signal.throwIfAborted();
        heard.push(...(await hear(program, model, recordings.slice(i, i + PER_CALL))));
        progress({ label, done: heard.length, total: recordings.length, unit: 'lines' });
      }
      return heard;
    },
  };
}

async function hear(
  program: string,
  model: readonly string[],
  recordings: readonly Audio[],
): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'diff-svc-recogniser-'));
  try {
    for (const [i, audio] of recordings.entries()) {
      await writeFile(join(folder, `${i}.wav`), encodeWav(await prepared(audio), '16'));
    }
    const [list, out] = [join(folder, 'list'), join(folder, 'heard')];
    await writeFile(list, recordings.map((_, i) => `${i}\n`).join(''));
    const files = ['-cepdir', folder, '-ctl', list, '-hyp', out, '-logfn', join(folder, 'log')];
    await promisify(execFile)(program, [...model, ...SETTINGS, ...files]);
    return readHeard(await readFile(out, 'utf8'), recordings.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** 16 kHz at one peak: how loud somebody sings is not to count. */
async function prepared(audio: Audio): Promise<Audio> {
  const { samples, sampleRate } = await resample(audio, SAMPLE_RATE);
  const peak = samples.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  return { samples: samples.map((v) => (v * PEAK) / peak), sampleRate };
}

/** Lines `PHONE PHONE ... (name score)` as phones per name; nothing heard leaves no phone. */
export function readHeard(text: string, count: number): string[][] {
  const heard = Array.from({ length: count }, (): string[] => []);
  for (const [, phones, name] of text.matchAll(/^(.*)\((\d+) -?\d+\)$/gm)) {
    heard[Number(name)] = phones!.split(' ').filter((phone) => /^[A-Z]+$/.test(phone) && phone !== 'SIL');
  }
  return heard;
}
