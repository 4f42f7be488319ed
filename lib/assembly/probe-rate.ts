/** How many updates a second this machine will do: measured for some seconds, before hours are planned by it. */
import type { Config } from '../config/schema';
import { createBatchSchedule } from '../data/batch-schedule';
import { loadEngine } from '../engine/backend';
import { madeUpBatch } from '../training/made-up-batch';
import type { Trainer } from '../training/trainer';
import { computeOf } from './compute';
import type { Session } from './session';

/** Sizes of a batch with padding. */
interface Shape {
  readonly size: number;
  readonly frames: number;
}

/** Batches whose sizes are looked at; one pass over an hour of clips has fewer. */
const mostBatches = 32;
/** Time on a processor grows with the frames, so that a small batch tells of a large one. */
const small: Shape = { size: 2, frames: 256 };
const enoughMs = 4000;
const mostUpdates = 20;

/**
 * Measures updates on made-up batches: on a GPU of the size that the schedule gives, on a processor smaller ones.
 * @param clipSeconds length of every clip
 * @returns updates per second
 * @throws UserError those of loading the engine; what aborting `session.signal` throws
 */
export async function probeRate(
  config: Config,
  clipSeconds: readonly number[],
  session: Session,
): Promise<number> {
  const shapes = plannedShapes(config, clipSeconds);
  const usual = shapes.sort((a, b) => framesOf(a) - framesOf(b))[Math.floor(shapes.length / 2)]!;
  const { createTrainer } = await computeOf({}, () => undefined);
  const { usesGpu } = await loadEngine();
  const tried =
    usesGpu || framesOf(usual) < framesOf(small)
      ? usual
      : { size: Math.min(small.size, usual.size), frames: Math.min(small.frames, usual.frames) };
  const trainer = createTrainer(config, null);
  try {
    const seconds = await secondsPerUpdate(trainer, config, tried, session);
    return framesOf(tried) / framesOf(usual) / seconds;
  } finally {
    trainer.dispose();
  }
}

const framesOf = ({ size, frames }: Shape): number => size * frames;

function plannedShapes(config: Config, clipSeconds: readonly number[]): Shape[] {
  const { sampleRate, hopSize } = config.audio;
  const lengths = clipSeconds.map((seconds) => Math.max(1, Math.floor((seconds * sampleRate) / hopSize)));
  const schedule = createBatchSchedule(lengths, config.training, config.compat);
  return Array.from({ length: Math.min(mostBatches, schedule.batchesPerEpoch) }, (_, update) => {
    const { crops } = schedule.batchAt(update);
    return { size: crops.length, frames: Math.max(...crops.map(({ frames }) => frames)) };
  });
}

/** The first update prepares the device and does not count. */
async function secondsPerUpdate(
  trainer: Trainer,
  config: Config,
  { size, frames }: Shape,
  { progress, signal }: Session,
): Promise<number> {
  const batch = madeUpBatch(config, size, frames);
  await trainer.prepare?.({ update: [batch] });
  let started = performance.now();
  for (let done = 0; ; done++) {
    signal.throwIfAborted();
    const metrics = trainer.update(batch, done);
    // waits for the device
    metrics.loss();
    metrics.dispose();
    if (done === 0) started = performance.now();
    const passedMs = performance.now() - started;
    const enough = done > 0 && (passedMs >= enoughMs || done === mostUpdates);
    progress({ label: 'measuring', done: enough ? mostUpdates : done, total: mostUpdates, unit: 'steps' });
    if (enough) return passedMs / 1000 / done;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
