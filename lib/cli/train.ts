/** `diff-svc train`: clips -> a voice. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { DriveFlags } from '../assembly/save-target';
import { saveTarget } from '../assembly/save-target';
import { type TrainingRequest, trainVoice } from '../assembly/train-voice';
import { mergeConfig } from '../config/load';
import type { Config } from '../config/schema';
import type { ResumeFrom } from '../training/resume';
import type { TrainResult } from '../training/train';
import { type ComputeFlags, computeFlags } from './compute';
import { type ConfigFlags, configFlags, configFrom } from './config-flags';
import { driveFlags } from './drive-flags';
import { runVerb } from './session';

interface Flags extends ConfigFlags, ComputeFlags, DriveFlags {
  readonly data: string;
  readonly saveDir: string;
  readonly resume?: string;
  readonly steps?: string;
  readonly checkpointInterval?: string;
  readonly keep?: string;
  readonly otherData?: boolean;
  readonly base?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerTrain(program: Command): void {
  driveFlags(computeFlags(configFlags(program.command('train'))))
    .description('train a voice; saves every 2000 steps, at the end and on Ctrl-C')
    .requiredOption('--data <dir>', 'dataset folder made by ingest')
    .requiredOption('--save-dir <dir>', 'folder for checkpoints; on Google Drive: drive:diff-svc/alice')
    .option('--resume <ckpt>', '`latest`, or the path of a .ckpt to go on from, here or on Drive')
    .option(
      '--base <ckpt>',
      'begin with the weights of this voice: a .ckpt, or a name of `diff-svc assets list`',
    )
    .option('--offline', 'fetch no base voice: say which file to put where')
    .option('--steps <n>', 'stop when so many updates are done in all')
    .option('--checkpoint-interval <n>', 'updates between checkpoints (default 2000)')
    .option('--keep <n>', 'checkpoints that stay; older ones go to the trash folder (default 10)')
    .option('--other-data', 'go on although the dataset has changed')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  diff-svc train --data data/alice --save-dir checkpoints/alice --steps 80000
  diff-svc train --data data/alice --save-dir checkpoints/alice --resume latest
  diff-svc train --data data/alice --save-dir drive:diff-svc/alice --resume latest
  diff-svc train --data data/alice --save-dir checkpoints/alice --preset demo --steps 1000`,
    )
    .action((flags: Flags) =>
      runVerb(flags.json === true, async (session) => {
        const target = await saveTarget(flags.saveDir, session);
        try {
          const result = await trainVoice(requestOf(flags), target, session);
          const uploads = await target.finish(session);
          const text = [describe(result), ...(uploads === '' ? [] : [uploads])].join('\n');
          return { text, json: result, interrupted: result.interrupted };
        } finally {
          await target.close();
        }
      }),
    );
}

function requestOf(flags: Flags): TrainingRequest {
  const { steps, resume, ...others } = flags;
  return {
    ...others,
    resume: resumeFrom(resume),
    planned: steps !== undefined,
    onlyTrains: true,
    configure: async (defaults) => withNumbers(await configFrom(flags, defaults), flags),
  };
}

function resumeFrom(flag: string | undefined): ResumeFrom {
  if (flag === undefined) return 'none';
  return flag === 'latest' ? 'latest' : { path: flag };
}

function withNumbers(config: Config, flags: Flags): Config {
  const training = {
    ...(flags.steps === undefined ? {} : { maxUpdates: Number(flags.steps) }),
    ...(flags.checkpointInterval === undefined
      ? {}
      : { checkpointInterval: Number(flags.checkpointInterval) }),
    ...(flags.keep === undefined ? {} : { numCkptKeep: Number(flags.keep) }),
  };
  return mergeConfig(config, { training }, 'command line');
}

function describe(result: TrainResult): string {
  const how = result.interrupted ? 'Interrupted' : 'Finished';
  const loss = result.lastLoss === null ? '' : `, loss ${result.lastLoss.toFixed(4)}`;
  const saved = result.checkpointPath === '' ? 'Nothing new to save' : `Saved ${join(result.checkpointPath)}`;
  return `${how} at step ${result.step}${loss}.\n${saved}.`;
}
