/** How training and sampling are computed: compiled graphs, or operation by operation. */
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { loadEngine } from '../engine/backend';
import { deviceFacts, precisionFor } from '../engine/compile/precision';
import { compileProgram } from '../engine/compile/program';
import { createCompiledSampler } from '../inference/compiled-sampler';
import type { LoadVoiceOptions } from '../inference/load-voice';
import { createMelSampler } from '../inference/mel-sampler';
import type { Precision } from '../tensor/program';
import { createCompiledTrainer } from '../training/compiled-trainer';
import { createEagerTrainer } from '../training/eager-trainer';
import type { TrainOptions } from '../training/train';
import type { CompiledNsfOptions } from '../vocoder/nsf-hifigan/network';

/** Chooses how to compute. */
export interface ComputeChoice {
  readonly eager?: boolean;
  readonly precision?: string;
  /**
   * this process does little else that TensorFlow computes, so a CPU's threads may be dealt to the parts of a batch
   * (`EngineOptions.sideBySide`)
   */
  readonly onlyTrains?: boolean;
}

/** What trains and what samples. */
export interface Compute {
  readonly createTrainer: TrainOptions['createTrainer'];
  readonly createSampler: LoadVoiceOptions['createSampler'];
  /** how vocoders compile their networks; none where they run operation by operation */
  readonly vocoder: { readonly compiled?: CompiledNsfOptions };
}

export const precisions: readonly string[] = ['auto', 'f32', 'bf16', 'f16'];

/**
 * Loads the engine and chooses: compiled graphs on TensorFlow, operation by operation elsewhere or with --eager.
 * @throws UserError `unknown-precision`
 */
export async function computeOf(flags: ComputeChoice, notice: OnNotice): Promise<Compute> {
  const wanted = flags.precision ?? 'auto';
  if (!precisions.includes(wanted)) {
    throw new UserError(
      'unknown-precision',
      `Expected --precision to be one of ${precisions.join(', ')}, got ${wanted}`,
      'Leave it out: auto suits the device.',
    );
  }
  const engine = await loadEngine({ sideBySide: flags.onlyTrains === true && flags.eager !== true });
  if (flags.eager || engine.backend !== 'tensorflow') {
    return { createTrainer: createEagerTrainer, createSampler: createMelSampler, vocoder: {} };
  }
  const precision =
    wanted === 'auto' ? precisionFor(await deviceFacts(engine.usesGpu, process.env)) : (wanted as Precision);
  const options = {
    compile: compileProgram,
    precision,
    onCompiled: ({ nodes, traceMs, loadMs }: { nodes: number; traceMs: number; loadMs: number }) =>
      notice(`Compiled ${nodes} nodes (${precision}) in ${((traceMs + loadMs) / 1000).toFixed(1)} s.`),
  };
  return {
    createTrainer: (config, start) =>
      createCompiledTrainer(config, start, { ...options, lanes: engine.lanes }),
    createSampler: (config, weights) =>
      createCompiledSampler(config, weights, { ...options, together: Math.min(2, engine.operationsAtOnce) }),
    vocoder: { compiled: options },
  };
}
