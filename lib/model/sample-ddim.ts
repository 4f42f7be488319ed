/** Deterministic sampling of first order (Song et al. 2021, "Denoising Diffusion Implicit Models", eta = 0). */
import { clampNoise, evenMoves, runMoves, type Sampler, stepOf, transfer } from './sampler';

/** One prediction per move; the clean mel is clamped to [-1, 1] in each. */
export const sampleDdim: Sampler = (predict, xT, schedule, options) =>
  runMoves(xT, evenMoves(options.kStep, options.speedup), options, ({ x }, move) => {
    const steps = stepOf(x, move.t);
    const noise = clampNoise(schedule, x, predict(x, steps), steps);
    return { x: transfer(schedule, x, noise, move), history: [] };
  });
