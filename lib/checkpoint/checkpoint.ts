/**
 * The state of a training run as plain data. Formats live beside (`torch-zip`, `unpickler`, `legacy`); this file only
 * says what a checkpoint is. Layouts are PyTorch's throughout; `key-map` turns them into ours.
 */

import type { FrameMatrix } from '../audio/audio';
import type { SpeakerProfile } from '../encoder/content-encoder';
import type { HostTensor } from '../model/parameters';

/** AdamW state in the reference's layout. */
export interface OptimizerState {
  /** updates done */
  readonly step: number;
  readonly learningRate: number;
  /** the configured rate that schedules start from (`initial_lr`) */
  readonly initialLearningRate: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** by parameter name; dead weights have none */
  readonly moments: ReadonlyMap<string, { readonly expAvg: HostTensor; readonly expAvgSq: HostTensor }>;
}

/** What exact resume and conversion need and the reference's file lacks; lies under one extra key, `diff_svc_ts`. */
export interface Extra {
  readonly formatVersion: 1;
  /** the effective `Config`, as JSON */
  readonly config: string;
  /** counter-based generators: seed and step are the whole random state (lib/random) */
  readonly seed: number;
  /** hash of the features that the run was trained on; a resume on other data is refused */
  readonly datasetFingerprint: string;
  readonly encoderId: string;
  readonly pitchId: string;
  /** what it is heard with; absent where the vocoder was not there at training, and in older files */
  readonly vocoderId?: string;
  readonly profile: SpeakerProfile;
  /** the target's own frames for retrieval at conversion [N, unitSize]; null = none */
  readonly retrieval: FrameMatrix | null;
  /** what computed the run (`Trainer.computation`); a resume with another is not bit-exact; absent in older files */
  readonly computation?: string;
}

/** A training state, ours or imported. */
export interface Checkpoint {
  /** `global_step`: our n means n updates done, an imported file's n means n + 1 (spec k.22) */
  readonly step: number;
  readonly epoch: number;
  /** buffers and parameters by reference name without `model.`, in file order */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** null in slim ("clean") files */
  readonly optimizer: OptimizerState | null;
  /** null in files that the reference wrote */
  readonly extra: Extra | null;
}
