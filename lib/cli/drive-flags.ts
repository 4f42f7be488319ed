/** Flags of verbs that save to Drive. */
import type { Command } from 'commander';

/** Adds them to a verb. */
export function driveFlags(command: Command): Command {
  return command
    .option('--drive-purge', 'Drive: delete superseded checkpoints of ours for good instead of trashing them')
    .option('--drive-whole-every <n>', 'Drive: only each n-th save whole, slim ones (weights only) between');
}
