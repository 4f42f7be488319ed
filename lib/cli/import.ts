/** `diff-svc import`: what a .ckpt that one got from somewhere is, and whether it can be used here. */
import type { Command } from 'commander';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { configOf } from '../checkpoint/config-of';
import { type CheckpointFacts, describeCheckpoint } from '../checkpoint/describe';
import { readCheckpoint } from '../checkpoint/read';
import { isUserError } from '../config/errors';
import type { Config } from '../config/schema';
import { requireComplete } from '../inference/load-voice';
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
        const checkpoint = await readCheckpoint(path);
        const facts = describeCheckpoint(checkpoint);
        const config = await configFacts(checkpoint, path);
        const text = [factsText(facts, config), ...remarks(facts, config)].join('\n');
        return { text, json: { ...facts, config } };
      }),
    );
}

/** What is known of the configuration that a checkpoint was trained with. */
interface ConfigFacts {
  readonly where: 'in the file' | 'config.yaml beside it' | 'missing';
  readonly settings: Pick<Config, 'audio' | 'features'> | null;
  /** why the voice cannot be used with it */
  readonly problem: string | null;
}

async function configFacts(checkpoint: Checkpoint, path: string): Promise<ConfigFacts> {
  const where = checkpoint.extra === null ? 'config.yaml beside it' : 'in the file';
  let settings: ConfigFacts['settings'] = null;
  try {
    const config = await configOf(checkpoint, path);
    if (config === null) return { where: 'missing', settings, problem: null };
    settings = { audio: config.audio, features: config.features };
    requireComplete(checkpoint, config, path);
    return { where, settings, problem: null };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { where, settings, problem: error.message };
  }
}

function factsText(facts: CheckpointFacts, config: ConfigFacts): string {
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
    ['Config', configText(config)],
    ['Schedule', `${a.timesteps} steps, max_beta ${a.maxBeta}`],
    ['Mel range', facts.specRange.map((value) => value.toFixed(2)).join(' to ')],
    ['Parameters', `${facts.parameters}, of which ${facts.deadParameters} are never used`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)}${text}`).join('\n');
}

function configText({ where, settings }: ConfigFacts): string {
  if (settings === null) return where;
  const { audio, features } = settings;
  return `${where}: ${audio.sampleRate} Hz, hop ${audio.hopSize}, ${features.encoder}, ${features.pitch}, ${features.vocoder}`;
}

function remarks(
  { notFinite, emptyMelBins, architecture }: CheckpointFacts,
  { where, problem }: ConfigFacts,
): string[] {
  return [
    ...(notFinite.length > 0 ? [`Damaged: NaN or infinity in ${notFinite.slice(0, 3).join(', ')}.`] : []),
    ...(emptyMelBins > 0
      ? [`${emptyMelBins} mel bins have no range: the voice was trained on data without content there.`]
      : []),
    ...(architecture.melBins === 80
      ? ['80 mel bins: a voice of the 24 kHz version, which this program cannot sing with.']
      : []),
    ...(where === 'missing' ? ['To sing or train with it, put its config.yaml into the same folder.'] : []),
    ...(problem === null ? [] : [`It cannot be used as it is: ${problem}.`]),
  ];
}
