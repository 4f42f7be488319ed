/** --eager and --precision: how training and sampling are computed. */
import type { Command } from 'commander';
import { type ComputeChoice, precisions } from '../assembly/compute';

/** Flags that choose how to compute. */
export type ComputeFlags = ComputeChoice;

/** Adds the flags to a verb. */
export function computeFlags(command: Command): Command {
  return command
    .option('--eager', 'run operation by operation instead of as one compiled graph (slower; the oracle)')
    .option(
      '--precision <type>',
      `of matrix products: ${precisions.join(', ')} (auto: by the device)`,
      'auto',
    );
}
