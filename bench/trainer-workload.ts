/** Whole updates of the project's trainers, from host arrays to a loss: what a user of `diff-svc train` waits for. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { preset } from '../lib/config/presets';
import { compileProgram } from '../lib/engine/compile/program';
import type { CompileProgram, Precision } from '../lib/tensor/program';
import { createCompiledTrainer } from '../lib/training/compiled-trainer';
import { createEagerTrainer } from '../lib/training/eager-trainer';
import { madeUpBatch } from '../lib/training/made-up-batch';
import type { Workload } from './denoiser-workload';

function residentMiB(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

/**
 * `train`: one update. `grow`: 2,000 updates, with tensors and MiB gained over them.
 * @param lanes parts of a batch that a compiled trainer computes side by side
 * @param size `demo`: the preset; `full`: the default network with the peer's batch
 */
export async function trainerWorkload(
  size: 'demo' | 'full',
  how: 'eager' | Precision,
  lanes = 1,
): Promise<Workload> {
  const config = preset(size === 'demo' ? 'demo' : 'nsf-44k');
  const { maxSentences, cropFrames } = config.training;
  const batch =
    size === 'demo' ? madeUpBatch(config, maxSentences, cropFrames!) : madeUpBatch(config, 2, 256);
  const inside = { ms: 0 };
  const trainer =
    how === 'eager'
      ? createEagerTrainer(config, null)
      : createCompiledTrainer(config, null, { compile: timedCompile(inside), precision: how, lanes });
  await trainer.prepare?.({ update: [batch] });
  let update = 0;
  const train = (): void => {
    const metrics = trainer.update(batch, update++);
    metrics.loss();
    metrics.dispose();
  };
  const timed = (): { outside: number } => {
    inside.ms = 0;
    const started = performance.now();
    train();
    const all = performance.now() - started;
    return { outside: (all - inside.ms) / all };
  };
  const grow = (): { tensors: number; mebibytes: number } => {
    for (let i = 0; i < 200; i++) train();
    const [tensors, mebibytes] = [tf.memory().numTensors, residentMiB()];
    for (let i = 0; i < 2000; i++) train();
    return { tensors: tf.memory().numTensors - tensors, mebibytes: residentMiB() - mebibytes };
  };
  return { work: { train: timed, grow }, warmUp: ['train'], stats: {} };
}

/** The compiler, with the time that calls spend in TensorFlow added up in `inside`. */
function timedCompile(inside: { ms: number }): CompileProgram {
  return async (spec) => {
    const program = await compileProgram(spec);
    return {
      ...program,
      call: (name, inputs) => {
        const started = performance.now();
        try {
          return program.call(name, inputs);
        } finally {
          inside.ms += performance.now() - started;
        }
      },
    };
  };
}
