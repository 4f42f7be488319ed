/** The phone net from nothing: speech, renderings, training, weights file. Every stage is kept, so a repeat goes on. */

import { weightSpecs } from '../encoder/phone-net/network';
import type { HostTensor } from '../model/parameters';
import { writeFileAtomic } from '../storage/atomic-file';
import { CORPUS_GENERATION, type CorpusPlan } from './corpus';
import { phoneNames } from './phones';
import { RENDERINGS_GENERATION, type RenderPlan } from './renderings';
import { staged } from './stage-cache';
import { renderingsStage, type StageOptions } from './stages';
import { type NetOptions, type NetPlan, trainNet } from './train-net';
import { encodePhoneNet, tempered } from './weights-file';

/** Everything that decides the weights. */
export interface EncoderPlan {
  readonly corpus: CorpusPlan;
  readonly renderings: RenderPlan;
  readonly net: NetPlan;
  /** the phones' logits are divided by it */
  readonly temperature: number;
}

/** How the shipped weights were made; every number is the outcome of a comparison in docs/encoder.md. */
export const shippedPlan: EncoderPlan = {
  corpus: { texts: 700, seed: 1 },
  renderings: { pieces: 1600, perPiece: 6, seed: 1 },
  net: {
    seed: 1,
    updates: 4500,
    pieces: 8,
    learningRate: 2e-3,
    warmup: 50,
    weightDecay: 0.01,
    loss: { smoothing: 0.05, neighbours: 0.2, canonical: 1, pairs: 1, adversary: 0.2 },
  },
  temperature: 1,
};

/** What a training gave. */
export interface TrainedEncoder {
  /** weights file */
  readonly bytes: Buffer;
  readonly plan: EncoderPlan;
}

/** Changes with the code of network, loss and batches. */
const NET_GENERATION = 1;

/** Seconds and what the training printed are the caller's. */
export type EncoderOptions = StageOptions & Omit<NetOptions, keyof StageOptions>;

/**
 * Trains by `plan`, or reads what an earlier run left.
 * @throws UserError `flite-failed`; the signal's reason when aborted
 */
export async function trainEncoder(plan: EncoderPlan, options: EncoderOptions): Promise<TrainedEncoder> {
  const { temperature, ...key } = plan;
  const generations = [CORPUS_GENERATION, RENDERINGS_GENERATION, NET_GENERATION];
  const arrays = await staged(options.cache, 'net', [generations, key, options.precision], async () => {
    const renderings = await renderingsStage(plan.renderings, plan.corpus, options);
    const weights = await trainNet(renderings, plan.net, options);
    return Object.fromEntries([...weights].map(([name, { data }]) => [name, data]));
  });
  const weights = new Map<string, HostTensor>(
    weightSpecs(phoneNames.length).map(({ name, shape }) => [
      name,
      { shape, data: arrays[name] as Float32Array },
    ]),
  );
  return { bytes: encodePhoneNet(tempered(weights, temperature), { plan: JSON.stringify(plan) }), plan };
}

/** Writes the weights file. @throws UserError those of `writeFileAtomic` */
export async function writeWeights(path: string, trained: TrainedEncoder): Promise<void> {
  await writeFileAtomic(path, trained.bytes);
}
