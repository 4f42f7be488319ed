/** From clips to training items: the order of the steps of spec section j. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alignFrames, mel2phReference } from '../audio/align';
import { f0ToLog2 } from '../audio/pitch';
import { decodeWav } from '../audio/wav';
import { isUserError, UserError } from '../config/errors';
import type { OnNotice, OnProgress } from '../config/progress';
import type { Config } from '../config/schema';
import type { SpeakerProfile, Units } from '../encoder/content-encoder';
import { writeFileAtomic } from '../storage/atomic-file';
import { lockFolder } from '../storage/folder-lock';
import type { TrainingItem } from './batch';
import { type ClipFeatures, clipFeatures, type FeatureMakers } from './clip-features';
import { clipPath, readDataset } from './dataset-file';
import { type DatasetReport, datasetReport } from './dataset-report';
import { featureKey, hashOf, openFeatureCache } from './feature-cache';
import { padWidth } from './pad-width';
import type { LeftOut } from './recording';
import { speakerProfile } from './speaker-profile';
import { type SpecRange, specRange } from './spec-range';
import { chooseValidation } from './split';

/** What training eats. */
export interface PreprocessedDataset extends SpecRange {
  /** never empty, in order of name */
  readonly training: readonly TrainingItem[];
  /** disjoint from training, in order of name; empty with one clip */
  readonly validation: readonly TrainingItem[];
  readonly profile: SpeakerProfile;
  /** hash of all items and of which of them train: the same fingerprint, the same batches */
  readonly fingerprint: string;
  readonly report: DatasetReport;
}

/** How preprocessing goes about. */
export interface PreprocessOptions extends FeatureMakers {
  readonly progress?: OnProgress;
  readonly notice?: OnNotice;
  readonly signal?: AbortSignal;
}

/** One clip with its features. */
interface Featured {
  readonly name: string;
  readonly key: string;
  readonly features: ClipFeatures;
}

/**
 * Computes, or takes from the cache in `dir/features`, the features of all clips that `ingest` left in `dir`.
 * @throws UserError `dataset-missing`, `clip-damaged`, `units-too-wide`, `no-voiced-clips`, `folder-locked`; the signal's
 *   reason when aborted
 */
export async function preprocess(
  dir: string,
  config: Config,
  options: PreprocessOptions,
): Promise<PreprocessedDataset> {
  const { encoder } = options;
  if (encoder.unitSize > config.model.hiddenSize) {
    throw new UserError(
      'units-too-wide',
      `Expected units of at most model.hiddenSize ${config.model.hiddenSize} values, ${encoder.id} gives ${encoder.unitSize}`,
      `Set model.hiddenSize to ${encoder.unitSize} or more.`,
    );
  }
  const clips = readClips(dir, config, options.notice);
  const lock = await lockFolder(dir, 'preprocess', options.notice);
  try {
    const cacheDir = join(dir, 'features');
    const cache = openFeatureCache(cacheDir, options.notice ?? (() => undefined));
    const hashes = clips.map((clip) => clip.hash);
    const profile = await speakerProfile(cacheDir, encoder, hashes, () => clips.map((clip) => clip.decode()));
    const found = await featuresOfAll(clips, profile, cache, config, options);
    const dataset = assemble(found.featured, found.leftOut, profile, config);
    await writeSummary(dir, dataset, options);
    cache.keepOnly(found.featured.map(({ key }) => key));
    for (const warning of dataset.report.warnings) options.notice?.(warning);
    return dataset;
  } finally {
    await lock.release();
  }
}

function readClips(dir: string, config: Config, notice: OnNotice = () => undefined) {
  const dataset = readDataset(dir);
  if (dataset === null) {
    throw new UserError(
      'dataset-missing',
      `Expected ${join(dir, 'dataset.json')}, which an ingest writes, found none`,
      'Ingest recordings into this folder first.',
    );
  }
  const { settings } = dataset;
  if (settings.sampleRate !== config.audio.sampleRate) {
    throw new UserError(
      'dataset-other-rate',
      `Expected clips at audio.sampleRate ${config.audio.sampleRate} Hz in ${dir}, it holds ${settings.sampleRate} Hz`,
      'Ingest the recordings again with this configuration.',
    );
  }
  if (hashOf(settings.slice) !== hashOf(config.slice)) {
    notice(
      'The clips were cut with other slice settings than the configuration has; ingest again to cut them anew.',
    );
  }
  const byName = [...dataset.clips].sort((a, b) => (a.name < b.name ? -1 : 1));
  return byName.map((clip) => {
    const path = clipPath(dir, dataset, clip);
    const decode = () => decodeWav(readClip(path), clip.name);
    return { name: clip.name, hash: createHash('sha256').update(readClip(path)).digest('hex'), decode };
  });
}

type Clip = ReturnType<typeof readClips>[number];

function readClip(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError(
      'clip-damaged',
      `Expected to read the clip ${path}, the system said: ${(cause as Error).message}`,
      'Ingest the recordings again; that makes the missing clips.',
      { cause },
    );
  }
}

async function featuresOfAll(
  clips: readonly Clip[],
  profile: SpeakerProfile,
  cache: ReturnType<typeof openFeatureCache>,
  config: Config,
  options: PreprocessOptions,
): Promise<{ featured: Featured[]; leftOut: LeftOut[] }> {
  const profileHash = hashOf(profile);
  const ids = { encoderId: options.encoder.id, pitchId: options.pitch.id };
  const featured: Featured[] = [];
  const leftOut: LeftOut[] = [];
  const leave = (name: string, reason: string): void => {
    leftOut.push({ name, reason });
    options.notice?.(`Left out ${name}: ${reason}`);
  };
  for (const [i, clip] of clips.entries()) {
    options.signal?.throwIfAborted();
    options.progress?.({ label: 'features', done: i, total: clips.length, unit: 'clips', note: clip.name });
    const key = featureKey({ clipHash: clip.hash, audio: config.audio, ...ids, profileHash });
    try {
      let features = await cache.get(key);
      if (features === null) {
        features = await clipFeatures(clip.decode(), profile, config.audio, options);
        await cache.put(key, features);
      }
      if (features.f0Hz.some((hz) => hz > 0)) featured.push({ name: clip.name, key, features });
      else leave(clip.name, 'no voiced frame: nothing in it has a pitch');
    } catch (error) {
      if (!isUserError(error) || error.code !== 'audio-too-short') throw error;
      leave(clip.name, error.message);
    }
  }
  options.progress?.({ label: 'features', done: clips.length, total: clips.length, unit: 'clips' });
  return { featured, leftOut };
}

function assemble(
  featured: readonly Featured[],
  leftOut: readonly LeftOut[],
  profile: SpeakerProfile,
  config: Config,
): PreprocessedDataset {
  if (featured.length === 0) {
    throw new UserError(
      'no-voiced-clips',
      `Expected clips with a voice between ${config.audio.f0MinHz} and ${config.audio.f0MaxHz} Hz, none of ${leftOut.length} has any`,
      'Use recordings of singing or speech; check audio.f0MinHz and audio.f0MaxHz.',
    );
  }
  const validates = chooseValidation(
    featured.map(({ name }) => name),
    { ...config.training, lastFive: config.compat.training },
  );
  const items = featured.map(({ name, features }) => trainingItem(name, features, config));
  const training = items.filter(({ name }) => !validates.has(name));
  const keys = (validating: boolean) =>
    featured.filter(({ name }) => validates.has(name) === validating).map(({ key }) => key);
  const warnings =
    featured.length === 1
      ? ['There is one clip only: it trains, and nothing is left to measure the training by.']
      : [];
  return {
    training,
    validation: items.filter(({ name }) => validates.has(name)),
    profile,
    ...specRange(training.map(({ mel }) => mel)),
    fingerprint: hashOf([keys(false), keys(true), config.compat.mel2ph]),
    report: datasetReport({
      f0Hz: featured.map(({ features }) => features.f0Hz),
      frameSeconds: config.audio.hopSize / config.audio.sampleRate,
      validationClips: validates.size,
      leftOut,
      warnings,
    }),
  };
}

/** Aligns and pads; `compat.mel2ph` keeps the reference's late alignment (spec k.6). */
function trainingItem(name: string, { mel, units, f0Hz }: ClipFeatures, config: Config): TrainingItem {
  return {
    name,
    mel,
    units: padWidth(units.matrix, config.model.hiddenSize),
    mel2ph: config.compat.mel2ph
      ? mel2phReference(units.matrix.frames, mel.frames)
      : alignFrames({ ...config.audio, frames: mel.frames }, unitGrid(units)),
    f0Log2: f0ToLog2(f0Hz).log2,
  };
}

function unitGrid({ matrix, hopSeconds, firstCentreSeconds }: Units) {
  return { units: matrix.frames, hopSeconds, firstCentreSeconds };
}

/** `features.json`: for people and for other programs; nothing here reads it. */
async function writeSummary(dir: string, dataset: PreprocessedDataset, makers: FeatureMakers): Promise<void> {
  const { training, validation, specMin, specMax, fingerprint, report } = dataset;
  const summary = {
    formatVersion: 1,
    fingerprint,
    encoderId: makers.encoder.id,
    pitchId: makers.pitch.id,
    report,
    training: training.map(({ name }) => name),
    validation: validation.map(({ name }) => name),
    specMin,
    specMax,
  };
  await writeFileAtomic(join(dir, 'features.json'), Buffer.from(`${JSON.stringify(summary, null, 2)}\n`));
}
