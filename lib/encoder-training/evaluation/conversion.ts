/** The demo's whole way with another encoder and cast: a voice is trained, songs are converted, scored and listened to. */
import { join } from 'node:path';
import type { Audio } from '../../audio/audio';
import { melSpectrogram } from '../../audio/mel';
import type { PitchEstimator } from '../../audio/pitch-estimator';
import { resample } from '../../audio/resample';
import type { OnNotice, OnProgress } from '../../config/progress';
import { audioSchema, type Config } from '../../config/schema';
import { songLines } from '../../demo/lyrics';
import { type Cast, makeSong } from '../../demo/material';
import { type DemoFiles, type DemoOptions, runDemo } from '../../demo/run-demo';
import { readAudio, scoreFiles } from '../../demo/score-files';
import type { Scores } from '../../demo/scores';
import type { ContentEncoder } from '../../encoder/content-encoder';
import { convert } from '../../inference/convert';
import { loadVoice, type VoiceParts } from '../../inference/load-voice';
import type { Voice } from '../../inference/voice';
import { createHarmonicNoise } from '../../vocoder/harmonic-noise';
import { type HeardUtterance, type Intelligibility, scoreIntelligibility } from './intelligibility';
import { cutLine, makeJudgedSong, type SungLine, sungLines } from './judged-songs';
import type { Recogniser } from './recogniser';
import { judgedSongs } from './texts';

/** What conversions are made with. */
export interface ConversionOptions {
  readonly folder: string;
  readonly config: Config;
  readonly cast: Cast;
  readonly encoder: ContentEncoder;
  readonly pitch: PitchEstimator;
  readonly compute: Pick<DemoOptions, 'createTrainer' | 'createSampler'>;
  /** null: intelligibility is left out */
  readonly recogniser: Recogniser | null;
  /** songs beside the demo's that are listened to */
  readonly songs: number;
  readonly progress: OnProgress;
  readonly notice: OnNotice;
  readonly signal: AbortSignal;
}

export interface ConversionResult {
  readonly scores: Scores;
  /** of the demo's song, and of all songs together */
  readonly intelligibility: { readonly song: Intelligibility; readonly songs: Intelligibility } | null;
  readonly realTimeFactor: number;
}

/** Renderings of one song, by name. */
type Renderings = Readonly<Record<string, Audio>>;

/**
 * Trains a voice on `cast.target` and measures what it makes of songs by `cast.source`.
 * @throws UserError those of `runDemo` and `scoreFiles`
 */
export async function measureConversion(options: ConversionOptions): Promise<ConversionResult> {
  const { config, folder, cast, pitch } = options;
  const partsOf = (kept: Config): VoiceParts => ({
    // How a voice is used may differ from what it was trained with.
    config: { ...kept, features: config.features, inference: config.inference },
    encoder: options.encoder,
    pitch,
    vocoder: createHarmonicNoise(config.audio),
  });
  const demo = { ...options, ...options.compute, partsOf };
  const files = await runDemo(demo);
  const target = files.trainingZip;
  const scores = await scoreFiles({ ...files, target }, pitch, audioSchema.parse({}));
  const { recogniser } = options;
  if (recogniser === null) return { scores, intelligibility: null, realTimeFactor: files.realTimeFactor };
  const song = await hearSong(
    await demoLines(cast, options),
    await demoRenderings(files, config),
    recogniser,
  );
  const voice = await loadVoice(join(folder, 'voice'), demo);
  try {
    const more: HeardUtterance[] = [];
    for (let i = 0; i < options.songs; i++)
      more.push(...(await hearJudgedSong(i, voice, recogniser, options)));
    const intelligibility = {
      song: scoreIntelligibility(song),
      songs: scoreIntelligibility([...song, ...more]),
    };
    return { scores, intelligibility, realTimeFactor: files.realTimeFactor };
  } finally {
    voice.sampler.dispose();
  }
}

async function demoLines(cast: Cast, options: ConversionOptions): Promise<SungLine[]> {
  const { score } = await makeSong(options, cast);
  return sungLines(cast.lines, score, cast.target, options);
}

async function demoRenderings(files: DemoFiles, config: Config): Promise<Renderings> {
  const read = (path: string) => readAudio(path, config.audio.sampleRate);
  return {
    truth: await read(files.truth),
    source: await read(files.source),
    vocoder: await read(files.others['copy-synthesis']),
    resynthesis: await read(files.resynthesis),
    converted: await read(files.converted),
  };
}

/** What is heard of every line in every rendering. */
async function hearSong(
  lines: readonly SungLine[],
  renderings: Renderings,
  recogniser: Recogniser,
): Promise<HeardUtterance[]> {
  const heard: Record<string, string[][]> = {};
  for (const [name, audio] of Object.entries(renderings)) {
    heard[name] = await recogniser.recognise(
      lines.map((line) => cutLine(audio, line)),
      `hear ${name}`,
    );
  }
  return lines.map(({ phones }, i) => ({
    phones,
    heard: Object.fromEntries(Object.entries(heard).map(([name, all]) => [name, all[i]!])),
  }));
}

async function hearJudgedSong(
  index: number,
  voice: Voice,
  recogniser: Recogniser,
  options: ConversionOptions,
): Promise<HeardUtterance[]> {
  const { lines, source, truth } = await makeJudgedSong(judgedSongs[index]!, index, options.cast, options);
  const { audio: rate, inference } = voice.config;
  const sung = await resample(truth, rate.sampleRate);
  const mel = melSpectrogram(sung, rate);
  const f0Hz = await voice.pitch.estimate(sung, { ...rate, frames: mel.frames });
  const samples = await voice.vocoder.synthesize({ mel, f0Hz, seed: inference.seed });
  const renderings = {
    truth,
    source,
    vocoder: { samples, sampleRate: rate.sampleRate },
    converted: (await convert(voice, source, { ...inference, ...options })).audio,
  };
  return hearSong(lines, renderings, recogniser);
}

/** The demo's cast, and the same with the singers exchanged; `quick` sings half the song. */
export function casts(quick: boolean): { readonly forth: Cast; readonly exchanged: Cast } {
  const lines = quick ? songLines.slice(0, songLines.length / 2) : songLines;
  return {
    forth: { source: 'awb', target: 'slt', lines },
    exchanged: { source: 'slt', target: 'awb', lines },
  };
}
