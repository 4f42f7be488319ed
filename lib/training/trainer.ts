/**
 * What the loop needs of a model in training. The eager trainer (`eager-trainer.ts`) is one; a compiled one has the same
 * face, so the loop does not know which runs.
 */

import type { OptimizerState } from '../checkpoint/checkpoint';
import type { Batch } from '../data/batch';
import type { HostTensor } from '../model/parameters';

/** Metrics of one update. Reading them waits for the device: read only when logging. */
export interface UpdateMetrics {
  /** reads the loss of this update */
  loss(): number;
  /** reads the global gradient norm before clipping */
  gradNorm(): number;
  /** frees both without reading */
  dispose(): void;
}

/** Weights and optimiser on the host, in PyTorch's layout. */
export interface TrainerState {
  /** buffers and parameters in state_dict order */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly optimizer: OptimizerState;
}

/** Sizes of a batch. */
export type BatchShape = Pick<Batch, 'size' | 'frames' | 'units'>;

/** What a batch is for. */
export type BatchUse = 'update' | 'validation';

/** A model with its optimiser on a device. */
export interface Trainer {
  /**
   * What the numbers depend on beside seed and data, e.g. `eager` or `graph f32`. A run that goes on with another value is
   * a good run, but not bit for bit the one that it would have been.
   */
  readonly computation: string;
  /** Makes ready for batches of these shapes; trainers that have this need it before the first of each. */
  prepare?(batches: { readonly [use in BatchUse]?: readonly BatchShape[] }): Promise<void>;
  /**
   * Performs update number `update` (0-based). Everything random follows from the seed and this number.
   */
  update(batch: Batch, update: number): UpdateMetrics;
  /** Loss on one validation batch without an update; draws follow from `index` alone, so values compare over time. */
  validationLoss(batch: Batch, index: number): number;
  /** Copies everything to the host. */
  state(): Promise<TrainerState>;
  /** Frees the device memory. */
  dispose(): void;
}
