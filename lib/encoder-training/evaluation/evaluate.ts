/** The evaluation of a content encoder: all stages in order, each kept once it is done. */

import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PitchEstimator } from '../../audio/pitch-estimator';
import { decodeWav } from '../../audio/wav';
import type { OnNotice, OnProgress } from '../../config/progress';
import type { Config } from '../../config/schema';
import type { DemoOptions } from '../../demo/run-demo';
import type { EvaluatedEncoder } from '../evaluated-encoder';
import { createCachedPitch } from './cached-pitch';
import { type ConversionResult, casts, measureConversion } from './conversion';
import {
  type Cost,
  measureCost,
  probeUnits,
  type ReadingScores,
  scoreReading,
  scoreVoice,
} from './listening';
import type { PhoneScores } from './phone-scores';
import { findRecogniser, recogniserMissing } from './recogniser';
import type { ProbeResult } from './speaker-probe';
import { readRecordings, speakJudged } from './spoken-voices';
import { measureStability, type Stability } from './stability';
import { openStageCache, type StageCache } from './stage-cache';
import { judgedSongs } from './texts';

/** Stages that can be chosen. */
export const stageNames = [
  'probe',
  'phones',
  'reading',
  'stability',
  'cost',
  'conversion',
  'exchanged',
] as const;
export type StageName = (typeof stageNames)[number];

/** How an encoder is evaluated. */
export interface EvaluationOptions {
  /** the demo's configuration, with the steps wanted */
  readonly config: Config;
  readonly stages: readonly StageName[];
  /** half the song and one other */
  readonly quick: boolean;
  /** measure again what is known already */
  readonly fresh: boolean;
  /** folder of a real speaker's wav files; null: four voices are probed */
  readonly speakerFolder: string | null;
  /** wav file of real singing; null: stability is left out */
  readonly song: string | null;
  /** folder for results and voices */
  readonly cacheFolder: string;
  readonly pitch: PitchEstimator;
  readonly compute: Pick<DemoOptions, 'createTrainer' | 'createSampler'>;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: () => number;
  readonly progress: OnProgress;
  readonly notice: OnNotice;
  readonly signal: AbortSignal;
}

/** All that was measured; null where something was left out. */
export interface Evaluation {
  readonly encoderId: string;
  readonly quick: boolean;
  readonly steps: number;
  readonly probe: (ProbeResult & { readonly voices: readonly string[] }) | null;
  readonly phones: Readonly<Record<string, PhoneScores>> | null;
  readonly reading: ReadingScores | null;
  readonly stability: Stability | null;
  readonly cost: Cost | null;
  readonly conversion: ConversionResult | null;
  readonly exchanged: ConversionResult | null;
}

const FLITE_VOICES = ['slt', 'awb', 'rms', 'kal16'] as const;
/** Voices whose recordings an encoder of ours must not have heard. */
const UNHEARD = ['awb', 'slt'] as const;
const MOST_RECORDINGS = 24;

/**
 * Evaluates `judged`.
 * @throws UserError `no-recordings`, and those of flite, of the demo and of reading wav files
 */
export async function evaluate(judged: EvaluatedEncoder, options: EvaluationOptions): Promise<Evaluation> {
  const cache = openStageCache(options.cacheFolder, options.fresh);
  const run = async <T>(stage: StageName, key: unknown, compute: () => Promise<T>): Promise<T | null> => {
    if (!options.stages.includes(stage)) return null;
    options.signal.throwIfAborted();
    return cache.keep(stage, [judged.encoder.id, key], compute);
  };
  const { quick, config } = options;
  return {
    encoderId: judged.encoder.id,
    quick,
    steps: config.training.maxUpdates,
    probe: await run('probe', options.speakerFolder, () => probe(judged, options)),
    phones: judged.classifier && (await run('phones', 0, () => phones(judged, options))),
    reading: await run('reading', options.speakerFolder, () => reading(judged, options)),
    stability: await run('stability', await fileKey(options.song), () => stability(judged, options)),
    cost: await run('cost', 0, async () =>
      measureCost(
        judged.encoder,
        judged.weights,
        (await speakJudged('awb', options)).map(({ audio }) => audio),
        options.clock,
      ),
    ),
    ...(await conversions(judged, cache, options)),
  };
}

async function probe(judged: EvaluatedEncoder, options: EvaluationOptions): Promise<Evaluation['probe']> {
  const voices = [];
  for (const name of FLITE_VOICES) {
    voices.push({ name, recordings: (await speakJudged(name, options)).map(({ audio }) => audio) });
  }
  if (options.speakerFolder === null)
    options.notice('No --lj folder: the probe tells four voices apart, not five.');
  else {
    const real = await readRecordings(options.speakerFolder, MOST_RECORDINGS);
    voices.push({ name: basename(options.speakerFolder), recordings: real.map(({ audio }) => audio) });
  }
  return { ...(await probeUnits(judged.encoder, voices)), voices: voices.map(({ name }) => name) };
}

async function phones(judged: EvaluatedEncoder, options: EvaluationOptions): Promise<Evaluation['phones']> {
  const scores: Record<string, PhoneScores> = {};
  for (const voice of UNHEARD) scores[voice] = await scoreVoice(judged.classifier!, voice, options);
  return scores;
}

async function reading(judged: EvaluatedEncoder, options: EvaluationOptions): Promise<ReadingScores | null> {
  if (judged.classifier === null || options.speakerFolder === null) return null;
  return scoreReading(
    judged.classifier,
    await readRecordings(options.speakerFolder, MOST_RECORDINGS),
    options,
  );
}

async function stability(judged: EvaluatedEncoder, options: EvaluationOptions): Promise<Stability | null> {
  if (judged.classifier === null || options.song === null) return null;
  const audio = decodeWav(await readFile(options.song), basename(options.song));
  return measureStability(audio, await judged.classifier.posteriors(audio));
}

/** What tells a file from its next version. */
async function fileKey(path: string | null): Promise<unknown> {
  if (path === null) return null;
  const { size, mtimeMs } = await stat(path);
  return [path, size, mtimeMs];
}

async function conversions(
  judged: EvaluatedEncoder,
  cache: StageCache,
  options: EvaluationOptions,
): Promise<Pick<Evaluation, 'conversion' | 'exchanged'>> {
  const wanted = options.stages.filter((stage) => stage === 'conversion' || stage === 'exchanged');
  if (wanted.length === 0) return { conversion: null, exchanged: null };
  const { config, quick, env, progress, signal } = options;
  const recogniser = await findRecogniser(env, progress, signal);
  if (recogniser === null) options.notice(recogniserMissing);
  const { forth, exchanged } = casts(quick);
  const pitch = createCachedPitch(options.pitch, join(options.cacheFolder, 'pitch'));
  const measure = (cast: typeof forth) => {
    const { features, inference, ...trained } = config;
    const folder = cache.folder('voice', [judged.encoder.id, trained, cast]);
    const encoder = judged.encoder;
    const songs = quick ? 1 : judgedSongs.length;
    const key = [encoder.id, config, cast, songs, recogniser?.id];
    return cache.keep('conversion', key, () =>
      measureConversion({ ...options, folder, cast, encoder, pitch, recogniser, songs }),
    );
  };
  return {
    conversion: wanted.includes('conversion') ? await measure(forth) : null,
    exchanged: wanted.includes('exchanged') ? await measure(exchanged) : null,
  };
}
