/** `diff-svc preprocess`: clips -> features, so that training starts at once. */
import type { Command } from 'commander';
import { computeOf } from '../assembly/compute';
import { encoderOf, pitchEstimatorOf } from '../assembly/parts';
import { formatDuration } from '../config/progress-bar';
import { type PreprocessedDataset, preprocess } from '../data/preprocess';
import { type ConfigFlags, configFlags, configFrom } from './config-flags';
import { runVerb } from './session';

interface Flags extends ConfigFlags {
  readonly data: string;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerPreprocess(program: Command): void {
  configFlags(program.command('preprocess'))
    .description('compute the features of a dataset (train does it too, if it was not done)')
    .requiredOption('--data <dir>', 'dataset folder made by ingest')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc preprocess --data data/alice')
    .action((flags: Flags) =>
      runVerb(flags.json === true, async (session) => {
        const config = await configFrom(flags);
        const { vocoder } = await computeOf({}, session.notice);
        const parts = { encoder: encoderOf(config, vocoder), pitch: pitchEstimatorOf(config) };
        const dataset = await preprocess(flags.data, config, { ...parts, ...session });
        return { text: describe(dataset), json: dataset.report };
      }),
    );
}

function describe(dataset: PreprocessedDataset): string {
  const { report } = dataset;
  return [
    `${dataset.training.length} clips for training, ${dataset.validation.length} for validation.`,
    `${formatDuration(report.minutes * 60)} in all, ${Math.round(report.voicedShare * 100)} % of it voiced, F0 mostly ${Math.round(report.f0PercentilesHz[5])} to ${Math.round(report.f0PercentilesHz[95])} Hz.`,
    ...report.leftOut.map((item) => `Left out ${item.name}: ${item.reason}`),
  ].join('\n');
}
