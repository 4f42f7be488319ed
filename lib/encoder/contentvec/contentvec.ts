/**
 * ContentVec as a `ContentEncoder`: Qian et al. 2022, "ContentVec: An Improved Self-Supervised Speech Representation by
 * Disentangling Speakers". The network is HuBERT base, so it is `hubert-soft`'s; what differs is that the signal enters
 * without zeros around it, and which layer is read.
 */
import { UserError } from '../../config/errors';
import type { ContentEncoder } from '../content-encoder';
import { seenSamples } from '../hubert-soft/forward';
import { hubertEncoder } from '../hubert-soft/hubert-soft';
import type { HostTensor } from '../hubert-soft/keys';
import type { CompiledHubertOptions } from '../hubert-soft/network';
import { disposeHubert, uploadHubert } from '../hubert-soft/weights';
import { contentVecState } from './keys';

/** Which units: layer 12 as it is (768 values), or layer 9 through the last projection (256). */
export type ContentVecKind = '768-l12' | '256-l9';

const layersOf: Readonly<Record<ContentVecKind, number>> = { '768-l12': 12, '256-l9': 9 };

/** What cannot be read off the weights. */
export interface ContentVecOptions {
  readonly kind: ContentVecKind;
  /** attention heads: 12 in the public weights */
  readonly heads: number;
  /** name + version + hash of the weights */
  readonly id: string;
  /** how the network is compiled; default: operation by operation */
  readonly compiled?: CompiledHubertOptions;
}

/** An encoder that holds tensors until it is disposed of. */
export interface ContentVec extends ContentEncoder {
  dispose(): void;
}

/**
 * Makes the encoder from the tensors of a file in fairseq's or transformers' layout.
 * @throws UserError `contentvec-weights`, `hubert-weights` where tensors are missing, layers are too few, or `heads` does
 *   not divide the width
 */
export function createContentVec(
  tensors: ReadonlyMap<string, HostTensor>,
  options: ContentVecOptions,
): ContentVec {
  const projected = options.kind === '256-l9';
  const layers = layersOf[options.kind];
  const weights = uploadHubert(contentVecState(tensors), projected);
  const width = weights.projection.bias.shape[0];
  if (weights.layers.length < layers || width % options.heads !== 0) {
    const found = `${weights.layers.length} layers of width ${width}`;
    disposeHubert(weights);
    throw new UserError(
      'contentvec-weights',
      `Expected ContentVec ${options.kind} to have ${layers} layers of a width that ${options.heads} heads divide, got ${found}`,
      'Use the published weights, or give the number of heads that they were trained with.',
    );
  }
  const how = { heads: options.heads, padding: 0, layers, projected };
  // without zeros in front, unit u is centred at 320 u + 200
  return hubertEncoder(weights, how, { ...options, least: seenSamples, firstCentreSamples: seenSamples / 2 });
}
