/** `diff-svc train`: clips -> a voice. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { findCheckpoints } from '../checkpoint/find';
import { readCheckpointExtra } from '../checkpoint/read-extra';
import { loadConfigFile, mergeConfig, parseConfig } from '../config/load';
import { preset } from '../config/presets';
import type { Config } from '../config/schema';
import { preprocess } from '../data/preprocess';
import { type ResumeFrom, requireNoCheckpoints } from '../training/resume';
import { retrievalFrames } from '../training/retrieval-frames';
import { type TrainResult, train } from '../training/train';
import { type ComputeFlags, computeFlags, computeOf } from './compute';
import { type ConfigFlags, configFlags, configFrom } from './config-flags';
import { encoderOf, pitchEstimatorOf } from './parts';
import { runVerb, type Session } from './session';
import { requireWritableFolder } from './writable';

interface Flags extends ConfigFlags, ComputeFlags {
  readonly data: string;
  readonly saveDir: string;
  readonly resume?: string;
  readonly steps?: string;
  readonly checkpointInterval?: string;
  readonly keep?: string;
  readonly otherData?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerTrain(program: Command): void {
  computeFlags(configFlags(program.command('train')))
    .description('train a voice; saves every 2000 steps, at the end and on Ctrl-C')
    .requiredOption('--data <dir>', 'dataset folder made by ingest')
    .requiredOption('--save-dir <dir>', 'folder for checkpoints')
    .option('--resume <ckpt>', '`latest`, or the path of a .ckpt to go on from')
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
  diff-svc train --data data/alice --save-dir checkpoints/alice --preset demo --steps 1000`,
    )
    .action((flags: Flags) =>
      runVerb(flags.json === true, async (session) => {
        const result = await runTraining(flags, session);
        return { text: describe(result), json: result, interrupted: result.interrupted };
      }),
    );
}

async function runTraining(flags: Flags, session: Session): Promise<TrainResult> {
  const resume = resumeFrom(flags.resume);
  const config = withNumbers(await configFrom(flags, await baseConfig(flags.saveDir, resume)), flags);
  await requireWritableFolder(flags.saveDir, '--save-dir');
  // Features take minutes: what can be refused is refused before.
  if (resume === 'none') await requireNoCheckpoints(flags.saveDir);
  const { createTrainer } = await computeOf(flags, session.notice);
  const [encoder, pitch] = [encoderOf(config), pitchEstimatorOf(config)];
  const dataset = await preprocess(flags.data, config, { encoder, pitch, ...session });
  return train({
    config,
    dataset,
    encoderId: encoder.id,
    pitchId: pitch.id,
    retrieval: retrievalFrames(dataset, encoder.unitSize, config),
    saveDir: flags.saveDir,
    resume,
    allowOtherData: flags.otherData === true,
    createTrainer,
    ...session,
    clock: () => performance.now(),
    now: () => Date.now(),
  });
}

function resumeFrom(flag: string | undefined): ResumeFrom {
  if (flag === undefined) return 'none';
  return flag === 'latest' ? 'latest' : { path: flag };
}

/** A resumed run goes on with the configuration that it began with, unless told otherwise. */
async function baseConfig(saveDir: string, resume: ResumeFrom): Promise<Config> {
  if (resume === 'none') return preset('nsf-44k');
  if (resume !== 'latest') return configOf(resume.path);
  for (const { path } of await findCheckpoints(saveDir)) {
    // A torn file is not the one that training goes on from; `loadStart` says so.
    const config = await configOf(path).catch(() => null);
    if (config !== null) return config;
  }
  // Killed before the first save: the configuration is there already.
  return configBeside(saveDir);
}

/** The configuration that a checkpoint was trained with; for a file of Diff-SVC the config.yaml beside it. */
async function configOf(path: string): Promise<Config> {
  const extra = await readCheckpointExtra(path);
  return extra === null ? configBeside(dirname(path)) : parseConfig(JSON.parse(extra.config), path);
}

async function configBeside(folder: string): Promise<Config> {
  const path = join(folder, 'config.yaml');
  const there = await access(path).then(
    () => true,
    () => false,
  );
  return there ? loadConfigFile(path) : preset('nsf-44k');
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
