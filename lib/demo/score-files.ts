/** Scores from written files alone: what is judged is what a person hears. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Audio, FrameMatrix } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { resample } from '../audio/resample';
import { decodeWav } from '../audio/wav';
import { UserError } from '../config/errors';
import type { AudioConfig } from '../config/schema';
import { openSource } from '../data/recording-source';
import { type Scores, scoreRecordings, type Track } from './scores';

/** Paths of what is scored; see `ScoredRecordings`. */
export interface ScoredFiles {
  readonly truth: string;
  readonly source: string;
  readonly converted: string;
  readonly resynthesis: string;
  readonly controls: Readonly<Record<string, string>>;
  readonly others: Readonly<Record<string, string>>;
  /** zip or folder with the target's training recordings */
  readonly target: string;
}

const LENGTH_TOLERANCE_SECONDS = 0.05;

/**
 * Reads a wav file at `sampleRate`.
 * @throws UserError those of `decodeWav`
 */
export async function readAudio(path: string, sampleRate: number): Promise<Audio> {
  return resample(decodeWav(await readFile(path), basename(path)), sampleRate);
}

/** Mel and F0 of `audio`, which has the configuration's rate. */
export async function analyse(audio: Audio, pitch: PitchEstimator, config: AudioConfig): Promise<Track> {
  const mel = melSpectrogram(audio, config);
  const { sampleRate, hopSize } = config;
  return { mel, f0Hz: await pitch.estimate(audio, { sampleRate, hopSize, frames: mel.frames }) };
}

/** Mels of all recordings in a zip or folder. */
export async function trainingMels(path: string, config: AudioConfig): Promise<FrameMatrix[]> {
  const mels: FrameMatrix[] = [];
  for (const recording of openSource(path).recordings) {
    const audio = decodeWav(recording.read(), recording.name);
    mels.push(melSpectrogram(await resample(audio, config.sampleRate), config));
  }
  return mels;
}

/**
 * Scores written files.
 * @throws UserError `score-lengths` when the songs differ in length by more than 50 ms, and what reading throws
 */
export async function scoreFiles(
  files: ScoredFiles,
  pitch: PitchEstimator,
  config: AudioConfig,
): Promise<Scores> {
  const truth = await readAudio(files.truth, config.sampleRate);
  const track = async (path: string): Promise<Track> => {
    const audio = await readAudio(path, config.sampleRate);
    checkLength(audio, truth, basename(path));
    return analyse(audio, pitch, config);
  };
  const named = async (paths: Readonly<Record<string, string>>): Promise<Record<string, Track>> => {
    const tracks: Record<string, Track> = {};
    for (const [name, path] of Object.entries(paths)) tracks[name] = await track(path);
    return tracks;
  };
  return scoreRecordings(
    {
      truth: await analyse(truth, pitch, config),
      source: await track(files.source),
      converted: await track(files.converted),
      resynthesis: await track(files.resynthesis),
      controls: await named(files.controls),
      others: await named(files.others),
      training: await trainingMels(files.target, config),
    },
    config,
  );
}

function checkLength(audio: Audio, truth: Audio, name: string): void {
  const [seconds, expected] = [audio, truth].map((a) => a.samples.length / a.sampleRate) as [number, number];
  if (Math.abs(seconds - expected) <= LENGTH_TOLERANCE_SECONDS) return;
  throw new UserError(
    'score-lengths',
    `Expected ${name} to be as long as the truth, ${expected.toFixed(3)} s, got ${seconds.toFixed(3)} s`,
    'Give recordings of the same song with the same timing.',
  );
}
