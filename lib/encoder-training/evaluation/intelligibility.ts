/** How much of what is sung an independent recogniser still hears. */
import { bootstrapInterval } from './bootstrap';
import { editDistance } from './edit-distance';

/** What was said in an utterance, and what was heard of it in each rendering, by the rendering's name. */
export interface HeardUtterance {
  readonly phones: readonly string[];
  readonly heard: Readonly<Record<string, readonly string[]>>;
}

export interface Intelligibility {
  /** 1 - edit distance / phones, by the rendering's name */
  readonly phoneAccuracy: Readonly<Record<string, number>>;
  /** the same over the truth's */
  readonly ofTruth: Readonly<Record<string, number>>;
  /** 95 % interval of `ofTruth`, over resampled utterances */
  readonly interval: Readonly<Record<string, readonly [number, number]>>;
  readonly phones: number;
}

const SEED = 1;
const TRUTH = 'truth';

function accuracyOf(utterances: readonly HeardUtterance[], name: string): number {
  const errors = utterances.reduce((sum, { phones, heard }) => sum + editDistance(heard[name]!, phones), 0);
  return 1 - errors / utterances.reduce((sum, { phones }) => sum + phones.length, 0);
}

/** Scores every rendering that all `utterances` have, `truth` among them. Needs an utterance. */
export function scoreIntelligibility(utterances: readonly HeardUtterance[]): Intelligibility {
  const names = Object.keys(utterances[0]!.heard).filter((name) =>
    utterances.every(({ heard }) => Object.hasOwn(heard, name)),
  );
  const named = <V>(value: (name: string) => V): Record<string, V> =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  const ratio = (name: string) => (sample: readonly HeardUtterance[]) =>
    accuracyOf(sample, name) / accuracyOf(sample, TRUTH);
  return {
    phoneAccuracy: named((name) => accuracyOf(utterances, name)),
    ofTruth: named((name) => ratio(name)(utterances)),
    interval: named((name) => bootstrapInterval(utterances, ratio(name), SEED)),
    phones: utterances.reduce((sum, { phones }) => sum + phones.length, 0),
  };
}
