/**
 * The demo's judgement, from signals alone: how near a conversion comes to the target singing the same song, compared
 * with what no conversion and two cheap tricks reach. A cheap trick gets 15-19 % too, so the lines to pass are beyond.
 */
import type { FrameMatrix } from '../audio/audio';
import type { AudioConfig } from '../config/schema';
import { longTermSpectrumDb, spectrumDistanceDb } from './average-spectrum';
import { scoredBins } from './cepstra';
import { melCepstralDistortion } from './distortion';
import { comparePitch, type PitchScores } from './pitch-scores';

/** A recording as the scores see it. */
export interface Track {
  /** model mel */
  readonly mel: FrameMatrix;
  /** Hz per mel frame; 0 = unvoiced */
  readonly f0Hz: Float32Array;
}

/** What is compared. All but `training` are of the same song, with the same timing. */
export interface ScoredRecordings {
  /** the target singing the song */
  readonly truth: Track;
  readonly source: Track;
  readonly converted: Track;
  /** the truth through the same model */
  readonly resynthesis: Track;
  /** results of cheap tricks, by name */
  readonly controls: Readonly<Record<string, Track>>;
  /** recordings that are scored for comparison, without a line to pass, by name */
  readonly others: Readonly<Record<string, Track>>;
  /** mels of the target's training recordings */
  readonly training: readonly FrameMatrix[];
}

/** Scores of one recording against the truth; F0 against the source too, whose melody is to be kept. */
export interface TrackScores {
  readonly mcdDb: number;
  readonly speakerDistanceDb: number;
  readonly f0: PitchScores;
  readonly f0Source: PitchScores;
}

/** A line that the conversion must pass: `value` at most (or at least) `limit`. */
export interface Check {
  /** `mcd/source`, `mcd/<control>`, `speaker/source`, `f0-correlation` */
  readonly id: string;
  readonly value: number;
  readonly limit: number;
  readonly bound: 'at-most' | 'at-least';
  readonly passed: boolean;
}

export interface Scores {
  readonly tracks: Readonly<Record<string, TrackScores>>;
  readonly checks: readonly Check[];
  readonly passed: boolean;
}

/** The lines: a prototype reached about 0.5, 0.6 and 0.45 of them (source, controls, speaker). */
const MCD_OF_SOURCE = 0.65;
const MCD_OF_CONTROL = 0.8;
const SPEAKER_OF_SOURCE = 0.6;
const F0_CORRELATION = 0.95;

/** Names of the fixed recordings in `Scores.tracks`, in the order in which they are shown; controls and others come behind. */
const fixedTracks = ['source', 'converted', 'resynthesis', 'truth'] as const;

function check(id: string, value: number, limit: number, bound: Check['bound']): Check {
  // NaN passes neither way.
  return { id, value, limit, bound, passed: bound === 'at-most' ? value <= limit : value >= limit };
}

/** Scores every recording and tells which lines the conversion passes. `config` is the one of the mels. */
export function scoreRecordings(recordings: ScoredRecordings, config: AudioConfig): Scores {
  const bins = scoredBins(config);
  const { truth, source, controls } = recordings;
  const target = longTermSpectrumDb(recordings.training, bins);
  const score = (track: Track): TrackScores => ({
    mcdDb: melCepstralDistortion(truth.mel, truth.f0Hz, track.mel, config),
    speakerDistanceDb: spectrumDistanceDb(longTermSpectrumDb([track.mel], bins), target),
    f0: comparePitch(truth.f0Hz, track.f0Hz),
    f0Source: comparePitch(source.f0Hz, track.f0Hz),
  });
  const tracks: Record<string, TrackScores> = {};
  for (const name of fixedTracks) tracks[name] = score(recordings[name]);
  for (const [name, track] of Object.entries({ ...controls, ...recordings.others }))
    tracks[name] = score(track);
  const converted = tracks.converted!;
  const ratio = (name: string): number => converted.mcdDb / tracks[name]!.mcdDb;
  const checks = [
    check('mcd/source', ratio('source'), MCD_OF_SOURCE, 'at-most'),
    ...Object.keys(controls).map((name) => check(`mcd/${name}`, ratio(name), MCD_OF_CONTROL, 'at-most')),
    check(
      'speaker/source',
      converted.speakerDistanceDb / tracks.source!.speakerDistanceDb,
      SPEAKER_OF_SOURCE,
      'at-most',
    ),
    check('f0-correlation', converted.f0.correlation, F0_CORRELATION, 'at-least'),
  ];
  return { tracks, checks, passed: checks.every(({ passed }) => passed) };
}
