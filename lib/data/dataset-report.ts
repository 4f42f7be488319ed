/** What a person wants to know of a dataset before training on it. */
import type { LeftOut } from './recording';

/** Figures of a preprocessed dataset. */
export interface DatasetReport {
  readonly clips: number;
  readonly trainingClips: number;
  readonly validationClips: number;
  readonly minutes: number;
  /** share of frames that have a pitch, 0 to 1 */
  readonly voicedShare: number;
  /** F0 in Hz that so many percent of the voiced frames stay below */
  readonly f0PercentilesHz: Readonly<Record<(typeof percents)[number], number>>;
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
}

const percents = ['1', '5', '25', '50', '75', '95', '99'] as const;

/** What the figures are taken from. */
export interface ReportInput {
  /** Hz [T] of every clip, 0 = unvoiced; at least one frame is voiced */
  readonly f0Hz: readonly Float32Array[];
  readonly frameSeconds: number;
  readonly validationClips: number;
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
}

/** Counts and percentiles (nearest rank). */
export function datasetReport(input: ReportInput): DatasetReport {
  const frames = input.f0Hz.reduce((sum, track) => sum + track.length, 0);
  const voiced = Float32Array.from(input.f0Hz.flatMap((track) => [...track.filter((hz) => hz > 0)])).sort();
  const atPercent = (percent: string) =>
    voiced[Math.max(0, Math.ceil((Number(percent) / 100) * voiced.length) - 1)]!;
  return {
    clips: input.f0Hz.length,
    trainingClips: input.f0Hz.length - input.validationClips,
    validationClips: input.validationClips,
    minutes: (frames * input.frameSeconds) / 60,
    voicedShare: voiced.length / frames,
    f0PercentilesHz: Object.fromEntries(
      percents.map((percent) => [percent, atPercent(percent)]),
    ) as DatasetReport['f0PercentilesHz'],
    leftOut: input.leftOut,
    warnings: input.warnings,
  };
}
