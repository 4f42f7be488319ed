/** What a .ckpt is, read off its weights: for people who got one from somebody, and before training begins with it. */
import type { HostTensor } from '../model/parameters';
import type { Checkpoint } from './checkpoint';

/** Facts of a checkpoint. */
export interface CheckpointFacts {
  readonly step: number;
  readonly epoch: number;
  /** full: training can go on from it; slim: weights only */
  readonly form: 'full' | 'slim';
  readonly writtenBy: 'diff-svc in TypeScript' | 'another program';
  readonly architecture: {
    readonly melBins: number;
    readonly residualChannels: number;
    readonly residualLayers: number;
    readonly hiddenSize: number;
    readonly timesteps: number;
    readonly maxBeta: number;
    /** whether units go through a transformer first (`no_fs2: false`) */
    readonly fs2Encoder: boolean;
  };
  /** lowest and highest of `spec_min` and `spec_max`, log10 units */
  readonly specRange: readonly [number, number];
  /** mel bins whose minimum equals their maximum: normalising them divides by zero (spec k.3) */
  readonly emptyMelBins: number;
  readonly parameters: number;
  /** parameters that travel along and are never used (spec k.12) */
  readonly deadParameters: number;
  /** tensors that hold NaN or infinity */
  readonly notFinite: readonly string[];
  /** null: not stated in the file */
  readonly encoder: string | null;
}

const dead = /^fs2\.(decoder|mel_out|pitch_predictor)\./;

/**
 * The facts of `checkpoint`.
 * @throws Error never: what is missing counts as 0
 */
export function describeCheckpoint(checkpoint: Checkpoint): CheckpointFacts {
  const { weights, extra } = checkpoint;
  const size = (name: string, axis: number): number => weights.get(name)?.shape[axis] ?? 0;
  const values = (name: string): Float32Array => weights.get(name)?.data ?? new Float32Array();
  const [specMin, specMax] = [values('spec_min'), values('spec_max')];
  const parameters = [...weights].filter(([name]) => name.includes('.') && !name.endsWith('_float_tensor'));
  return {
    step: checkpoint.step,
    epoch: checkpoint.epoch,
    form: checkpoint.optimizer === null ? 'slim' : 'full',
    writtenBy: extra === null ? 'another program' : 'diff-svc in TypeScript',
    architecture: {
      melBins: size('denoise_fn.input_projection.weight', 1),
      residualChannels: size('denoise_fn.input_projection.weight', 0),
      residualLayers: [...weights.keys()].filter((name) => /layers\.\d+\.dilated_conv\.weight$/.test(name))
        .length,
      hiddenSize: size('denoise_fn.residual_layers.0.conditioner_projection.weight', 1),
      timesteps: values('betas').length,
      maxBeta: Number((values('betas').at(-1) ?? 0).toPrecision(3)),
      fs2Encoder: [...weights.keys()].some((name) => name.startsWith('fs2.encoder.')),
    },
    specRange: [least(specMin), most(specMax)],
    emptyMelBins: specMin.reduce((count, low, i) => count + (low === specMax[i] ? 1 : 0), 0),
    parameters: sizeOf(parameters),
    deadParameters: sizeOf(parameters.filter(([name]) => dead.test(name))),
    notFinite: parameters.filter(([, { data }]) => !data.every(Number.isFinite)).map(([name]) => name),
    encoder: extra?.encoderId ?? null,
  };
}

function sizeOf(tensors: readonly (readonly [string, HostTensor])[]): number {
  return tensors.reduce((sum, [, { data }]) => sum + data.length, 0);
}

function least(data: Float32Array): number {
  return data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(data: Float32Array): number {
  return data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
