/** The learning rate as a pure function of the update number. */
import type { TrainingConfig } from '../config/schema';

/**
 * Rate of update `update` (0-based): halved every `decaySteps` (`step`), or falling along half a cosine to 0 at
 * `maxUpdates` (`cosine`; Loshchilov and Hutter 2017, equation 5, without restarts).
 * @param compat one update late, as the reference (spec section g, learning rate); concerns `step` only
 */
export function learningRate(update: number, config: TrainingConfig, compat: boolean): number {
  if (config.schedule === 'cosine') {
    const progress = Math.min(1, update / config.maxUpdates);
    return (config.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
  }
  const counted = compat ? Math.max(0, update - 1) : update;
  return config.learningRate * config.decayFactor ** Math.floor(counted / config.decaySteps);
}
