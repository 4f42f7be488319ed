/** A dataset of made-up features for tests of training: right shapes, no meaning, the same every time. */
import { preset } from '../../lib/config/presets';
import type { Config } from '../../lib/config/schema';
import type { TrainingItem } from '../../lib/data/batch';
import type { PreprocessedDataset } from '../../lib/data/preprocess';
import { Philox, streams } from '../../lib/random/philox';

/** A model small enough for hundreds of updates in a test. */
export function tinyConfig(training: Partial<Config['training']> = {}): Config {
  const demo = preset('demo');
  return {
    ...demo,
    audio: { ...demo.audio, melBins: 8 },
    model: {
      ...demo.model,
      melBins: 8,
      hiddenSize: 8,
      residualChannels: 16,
      residualLayers: 4,
      output: 'noise',
      specMin: [-5],
      specMax: [0],
    },
    training: { ...demo.training, maxSentences: 3, cropFrames: null, schedule: 'step', ...training },
  };
}

function syntheticItem(index: number, frames: number, config: Config): TrainingItem {
  const { melBins, hiddenSize } = config.model;
  const random = new Philox(99, streams.validation, index);
  const units = Math.ceil(frames / 2);
  return {
    name: `item-${String(index).padStart(3, '0')}`,
    mel: { data: random.normals(frames * melBins).map((x) => x / 2 - 2.5), frames, width: melBins },
    units: { data: random.normals(units * hiddenSize), frames: units, width: hiddenSize },
    mel2ph: Int32Array.from({ length: frames }, (_, m) => Math.floor(m / 2) + 1),
    f0Log2: random.normals(frames).map((x) => 7.5 + x / 4),
  };
}

/** @param count training items of various lengths; two more are for validation */
export function syntheticDataset(config: Config, count = 14): PreprocessedDataset {
  const items = Array.from({ length: count + 2 }, (_, i) => syntheticItem(i, 20 + ((i * 7) % 25), config));
  return {
    training: items.slice(0, count),
    validation: items.slice(count),
    profile: { encoder: 'synthetic', values: { mean: [0.25, -1.5], count: 3 } },
    fingerprint: 'synthetic-fingerprint',
    specMin: new Array(config.model.melBins).fill(-5),
    specMax: new Array(config.model.melBins).fill(0),
    report: {} as PreprocessedDataset['report'],
  };
}
