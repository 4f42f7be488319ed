/** `diff-svc import`: what a .ckpt that one got from somewhere is, and whether it can be used here. */
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { type CheckpointFacts, describeCheckpoint } from '../checkpoint/describe';
import { readCheckpoint } from '../checkpoint/read';
import { runVerb } from './session';

/** Adds the verb to `program`. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('check a .ckpt and say what it is (nothing in it is ever executed)')
    .argument('<ckpt>', 'checkpoint of Diff-SVC, whoever wrote it')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc import model_ckpt_steps_120000.ckpt')
    .action((path: string, flags: { json?: boolean }) =>
      runVerb(flags.json === true, async () => {
        const facts = describeCheckpoint(await readCheckpoint(path));
        return { text: factsText(facts, path), json: facts };
      }),
    );
}

function factsText(facts: CheckpointFacts, path: string): string {
  const { architecture: a } = facts;
  const lines: [string, string][] = [
    ['Step', `${facts.step} (epoch ${facts.epoch})`],
    ['Form', facts.form === 'full' ? 'full: training can go on' : 'slim: weights only, for conversion'],
    ['Written by', facts.writtenBy],
    ['Encoder', facts.encoder ?? 'not stated (Diff-SVC: HuBERT-soft)'],
    [
      'Network',
      `${a.residualLayers} layers of ${a.residualChannels} channels, ${a.melBins} mel bins, units of ${a.hiddenSize}` +
        (a.fs2Encoder ? ', with encoder (no_fs2: false)' : ''),
    ],
    ['Schedule', `${a.timesteps} steps, max_beta ${a.maxBeta}`],
    ['Mel range', facts.specRange.map((value) => value.toFixed(2)).join(' to ')],
    ['Parameters', `${facts.parameters}, of which ${facts.deadParameters} are never used`],
  ];
  return [...lines.map(([name, text]) => `${name.padEnd(12)}${text}`), ...remarks(facts, path)].join('\n');
}

function remarks(
  { notFinite, emptyMelBins, architecture, writtenBy }: CheckpointFacts,
  path: string,
): string[] {
  return [
    ...(notFinite.length > 0 ? [`Damaged: NaN or infinity in ${notFinite.slice(0, 3).join(', ')}.`] : []),
    ...(emptyMelBins > 0
      ? [`${emptyMelBins} mel bins have no range: the voice was trained on data without content there.`]
      : []),
    ...(architecture.melBins === 80
      ? ['80 mel bins: a voice of the 24 kHz version, which this program cannot sing with.']
      : []),
    ...(writtenBy === 'another program' ? [`Its config.yaml belongs beside it, in ${dirname(path)}.`] : []),
  ];
}
