/**
 * From a zip or folder of recordings to a folder of clips. New clips go into a folder of their own under `clips/`;
 * `dataset.json`, replaced last and in one step, says which folder counts; only then the old one is removed. So at every
 * moment the dataset is the old one or the new one, whole.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { durationSeconds } from '../audio/audio';
import { encodeWav } from '../audio/wav';
import { isUserError, UserError } from '../config/errors';
import type { OnNotice, OnProgress } from '../config/progress';
import type { Config } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';
import { requireFree } from '../storage/disk-space';
import { lockFolder } from '../storage/folder-lock';
import { clipName, safeNames } from './clip-names';
import { cutRecording } from './cut-recording';
import {
  clipPath,
  type Dataset,
  type DatasetClip,
  type DatasetRecording,
  readDataset,
  writeDataset,
} from './dataset-file';
import type { LeftOut, Recording } from './recording';
import { openSource, type RecordingSource } from './recording-source';

/** How an ingest goes about. */
export interface IngestOptions {
  readonly progress?: OnProgress;
  readonly notice?: OnNotice;
  readonly signal?: AbortSignal;
  /** allows another source to take the place of the one in the folder */
  readonly replace?: boolean;
}

/** The dataset, and whether it was there already. */
export interface IngestReport extends Dataset {
  readonly skipped: boolean;
}

/**
 * Makes clips of the recordings at `sourcePath` (zip, folder, WAV file) in `outDir`. A broken recording is left out with
 * its reason and the rest goes on. Ingesting the same again is recognised and skipped.
 * @throws UserError those of `openSource`, `lockFolder`, `requireFree`, `writeFileAtomic`; `no-usable-recordings` with the
 *   reasons; `dataset-of-another-source` without `replace`; the signal's reason when aborted
 */
export async function ingest(
  sourcePath: string,
  outDir: string,
  config: Config,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const source = openSource(sourcePath);
  makeFolder(outDir);
  const lock = await lockFolder(outDir, 'ingest', options.notice);
  try {
    return await ingestLocked(source, outDir, config, options);
  } finally {
    await lock.release();
  }
}

async function ingestLocked(
  source: RecordingSource,
  outDir: string,
  config: Config,
  options: IngestOptions,
): Promise<IngestReport> {
  const old = options.replace ? readableDataset(outDir) : readDataset(outDir);
  const settings = {
    sampleRate: config.audio.sampleRate,
    slice: config.slice,
    compatSlicer: config.compat.slicer,
  };
  if (old !== null) {
    const sameSource = old.source.hash === source.hash;
    if (!sameSource && !options.replace) throw anotherSource(outDir, old, source);
    const sameSettings = JSON.stringify(old.settings) === JSON.stringify(settings);
    if (sameSource && sameSettings && isComplete(outDir, old)) return { ...old, skipped: true };
    if (sameSource) options.notice?.(`Cutting ${source.label} again: settings or clips have changed.`);
  }
  const clipFolder = newClipFolder(outDir, source.hash);
  try {
    const cut = await cutAll(source, outDir, clipFolder, config, options);
    const dataset: Dataset = {
      formatVersion: 1,
      source: { label: source.label, hash: source.hash },
      settings,
      clipFolder,
      ...cut,
      totalSeconds: cut.clips.reduce((sum, clip) => sum + clip.seconds, 0),
    };
    await writeDataset(outDir, dataset);
    removeOtherClipFolders(outDir, clipFolder);
    return { ...dataset, skipped: false };
  } catch (error) {
    rmSync(join(outDir, clipFolder), { recursive: true, force: true });
    throw error;
  }
}

/** A dataset.json that makes no sense may be replaced too. */
function readableDataset(outDir: string): Dataset | null {
  try {
    return readDataset(outDir);
  } catch (error) {
    if (isUserError(error)) return null;
    throw error;
  }
}

/** What grows as recordings are cut. */
interface Cut {
  recordings: DatasetRecording[];
  clips: DatasetClip[];
  leftOut: LeftOut[];
}

async function cutAll(
  source: RecordingSource,
  outDir: string,
  clipFolder: string,
  config: Config,
  options: IngestOptions,
): Promise<Cut> {
  const total = source.recordings.length;
  const bytes = source.recordings.reduce((sum, recording) => sum + recording.bytes, 0);
  await requireFree(outDir, bytes, `the clips of ${source.label}`);
  const names = safeNames(source.recordings.map((recording) => recording.name));
  const cut: Cut = { recordings: [], clips: [], leftOut: [...source.leftOut] };
  const write = async (name: string, wav: Uint8Array): Promise<void> =>
    writeFileAtomic(clipPath(outDir, { clipFolder }, { name }), wav);
  for (const [i, recording] of source.recordings.entries()) {
    options.signal?.throwIfAborted();
    options.progress?.({ label: 'ingest', done: i, total, unit: 'recordings', note: recording.name });
    try {
      await addRecording(recording, names[i]!, config, cut, write);
    } catch (error) {
      if (!isUserError(error) || !belongsToRecording(error)) throw error;
      cut.leftOut.push({ name: recording.name, reason: error.message });
      options.notice?.(`Left out ${recording.name}: ${error.message}`);
    }
  }
  options.signal?.throwIfAborted();
  options.progress?.({ label: 'ingest', done: total, total, unit: 'recordings' });
  if (cut.clips.length === 0) throw nothingUsable(source, cut.leftOut);
  return cut;
}

async function addRecording(
  recording: Recording,
  safeName: string,
  config: Config,
  cut: Cut,
  write: (name: string, wav: Uint8Array) => Promise<void>,
): Promise<void> {
  const { clips, bitDepth, warnings, ...about } = await cutRecording(
    recording.read(),
    recording.name,
    config,
  );
  for (const [i, { startSeconds, audio }] of clips.entries()) {
    const wav = encodeWav(audio, bitDepth);
    const name = clipName(safeName, i + 1);
    await write(name, wav);
    const seconds = durationSeconds(audio);
    cut.clips.push({ name, recording: recording.name, startSeconds, seconds, bytes: wav.length });
  }
  cut.recordings.push({ name: recording.name, ...about, clips: clips.length, warnings: [...warnings] });
}

/** A full disk is no reason to leave out recordings one by one. */
function belongsToRecording(error: UserError): boolean {
  return /^(wav-|recording-|zip-entry-|sample-rate$)/.test(error.code);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new UserError(
      'not-writable',
      `Expected to create the folder ${path}, the system said: ${(cause as Error).message}`,
      'Choose a folder that you may write in.',
      { cause },
    );
  }
}

/** A name that is not taken, also not by what a killed ingest left; relative to `outDir`. */
function newClipFolder(outDir: string, hash: string): string {
  for (let n = 1; ; n++) {
    const folder = `clips/${hash.slice(0, 12)}-${n}`;
    if (existsSync(join(outDir, folder))) continue;
    makeFolder(join(outDir, folder));
    return folder;
  }
}

function removeOtherClipFolders(outDir: string, clipFolder: string): void {
  for (const name of readdirSync(join(outDir, 'clips'))) {
    if (`clips/${name}` === clipFolder || !/^[0-9a-f]{12}-\d+$/.test(name)) continue;
    rmSync(join(outDir, 'clips', name), { recursive: true, force: true });
  }
}

function isComplete(outDir: string, dataset: Dataset): boolean {
  return dataset.clips.every((clip) => {
    const stats = statSync(clipPath(outDir, dataset, clip), { throwIfNoEntry: false });
    return stats?.size === clip.bytes;
  });
}

function anotherSource(outDir: string, old: Dataset, source: RecordingSource): UserError {
  return new UserError(
    'dataset-of-another-source',
    `Expected ${outDir} to be empty or made of ${source.label}, it holds clips of ${old.source.label} (other content)`,
    'Choose another folder, or use --replace to give up the clips that are there.',
  );
}

function nothingUsable(source: RecordingSource, leftOut: readonly LeftOut[]): UserError {
  const reasons = leftOut.map(({ name, reason }) =>
    reason.startsWith(name) ? reason : `${name}: ${reason}`,
  );
  return new UserError(
    'no-usable-recordings',
    `Expected at least one usable recording in ${source.label}, left out all ${leftOut.length}:\n  ${reasons.join('\n  ')}`,
    'Mend or replace the recordings named above.',
  );
}
