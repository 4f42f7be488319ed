/**
 * The training loop: next batch, update, every n log, every m validate and save. It does not know files, devices or
 * screens: all of that comes in as arguments.
 */

import { UserError } from '../config/errors';
import type { OnProgress } from '../config/progress';
import type { Batch } from '../data/batch';
import type { MetricsLine } from './metrics-log';
import type { Trainer } from './trainer';

/** Everything that the loop needs. */
export interface LoopOptions {
  readonly trainer: Trainer;
  /** updates done before */
  readonly startStep: number;
  /** stop when so many updates are done */
  readonly maxUpdates: number;
  readonly checkpointInterval: number;
  readonly logInterval: number;
  /** batch of update number `update` (0-based) */
  readonly batchAt: (update: number) => Batch;
  readonly validation: readonly Batch[];
  readonly learningRateAt: (update: number) => number;
  /** saves the state after `step` updates */
  readonly save: (step: number) => Promise<void>;
  readonly log: (line: MetricsLine) => Promise<void>;
  readonly progress: OnProgress;
  /** abort: finish the update, save, return */
  readonly signal: AbortSignal;
  /** milliseconds, monotonic */
  readonly clock: () => number;
}

/** How the loop ended. */
export interface LoopResult {
  readonly step: number;
  readonly interrupted: boolean;
  readonly lastLoss: number | null;
}

/**
 * Runs updates `startStep` … `maxUpdates - 1`. Step n means n updates done. The state is saved at every multiple of
 * `checkpointInterval`, at the end and when interrupted.
 * @throws UserError `loss-not-finite` if a logged loss is NaN or infinite; the last saved state stays as it is
 */
export async function trainLoop(options: LoopOptions): Promise<LoopResult> {
  const { trainer, maxUpdates, signal } = options;
  let step = options.startStep;
  let savedStep = step;
  let lastLoss: number | null = null;
  let window = { since: options.clock(), step };
  while (step < maxUpdates && !signal.aborted) {
    const batch = options.batchAt(step);
    await trainer.prepare?.({ update: [batch] });
    const metrics = trainer.update(batch, step);
    step += 1;
    const saving = step % options.checkpointInterval === 0 || step === maxUpdates;
    if (step % options.logInterval === 0 || saving) {
      lastLoss = readLoss(metrics.loss(), step);
      const rate = ((step - window.step) * 1000) / Math.max(1e-3, options.clock() - window.since);
      await options.log({
        step,
        loss: lastLoss,
        gradNorm: metrics.gradNorm(),
        learningRate: options.learningRateAt(step - 1),
        stepsPerSecond: rate,
        ...(saving && options.validation.length > 0 ? { validationLoss: await validate(options) } : {}),
      });
      window = { since: options.clock(), step };
    }
    metrics.dispose();
    const note = lastLoss === null ? {} : { note: `loss ${lastLoss.toFixed(4)}` };
    options.progress({ label: 'train', done: step, total: maxUpdates, unit: 'steps', ...note });
    if (saving) {
      await options.save(step);
      savedStep = step;
    }
    // Updates are synchronous: without this the process would never see Ctrl-C or a timer.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (savedStep !== step) await options.save(step);
  return { step, interrupted: step < maxUpdates, lastLoss };
}

async function validate({ trainer, validation }: LoopOptions): Promise<number> {
  await trainer.prepare?.({ validation });
  const losses = validation.map((batch, i) => trainer.validationLoss(batch, i));
  const items = validation.map((batch) => batch.size);
  const total = items.reduce((a, b) => a + b, 0);
  return losses.reduce((sum, loss, i) => sum + loss * items[i]!, 0) / total;
}

function readLoss(loss: number, step: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new UserError(
    'loss-not-finite',
    `Expected a finite loss, got ${loss} at step ${step}`,
    'The last checkpoint is as it was; resume from it with a lower learning rate (training.learningRate).',
  );
}
