/** One hash over everything that training goes on from. */
import { createHash } from 'node:crypto';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import type { HostTensor } from '../../lib/model/parameters';

/** SHA-256 per state tensor (weights, buffers, both moments), plus step, epoch and learning rate. */
export function stateHashes(checkpoint: Checkpoint): Record<string, string> {
  const optimizer = checkpoint.optimizer!;
  const out: Record<string, string> = {
    counters: JSON.stringify([checkpoint.step, checkpoint.epoch, optimizer.step, optimizer.learningRate]),
    extra: JSON.stringify({ ...checkpoint.extra, retrieval: null }),
  };
  for (const [name, tensor] of checkpoint.weights) out[name] = hash(tensor);
  for (const [name, { expAvg, expAvgSq }] of optimizer.moments) {
    out[`${name} exp_avg`] = hash(expAvg);
    out[`${name} exp_avg_sq`] = hash(expAvgSq);
  }
  return out;
}

function hash({ shape, data }: HostTensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(JSON.stringify(shape)).update(bytes).digest('hex');
}
