/**
 * `npm run train:encoder`: the weights of the phone net from nothing, then their evaluation and the model card.
 * Interrupt it at any time: what is done is kept, and the same command goes on.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { runVerb, type Session, type VerbResult } from '../lib/cli/session';
import { cacheFolder } from '../lib/config/cache-folder';
import { modelCard } from '../lib/encoder-training/model-card';
import { shippedPlan, trainEncoder, writeWeights } from '../lib/encoder-training/train-encoder';
import { loadEngine } from '../lib/engine/backend';
import { compileProgram } from '../lib/engine/compile/program';
import { writeFileAtomic } from '../lib/storage/atomic-file';

interface Flags {
  readonly out: string;
  readonly cache: string;
  readonly updates?: string;
  readonly evaluation: boolean;
  readonly lj?: string;
  readonly song?: string;
}

const SHIPPED = join(__dirname, '../lib/encoder/phone-net');

/** Runs the evaluation as the program that it is. @returns its figures */
async function evaluate(weights: string, flags: Flags): Promise<unknown> {
  const figures = `${weights}.json`;
  const voices = [...(flags.lj ? ['--lj', flags.lj] : []), ...(flags.song ? ['--song', flags.song] : [])];
  const args = [
    '--import',
    'tsx',
    join(__dirname, 'eval-encoder.ts'),
    '--weights',
    weights,
    '--json',
    figures,
  ];
  const status = await new Promise<number | null>((done, fail) => {
    const child = spawn(process.execPath, [...args, ...voices], { stdio: 'inherit' });
    child.on('error', fail);
    child.on('close', done);
  });
  return status === 0 ? JSON.parse(await readFile(figures, 'utf8')) : null;
}

async function run(flags: Flags, session: Session): Promise<VerbResult> {
  await loadEngine();
  const { net } = shippedPlan;
  const plan = flags.updates
    ? { ...shippedPlan, net: { ...net, updates: Number(flags.updates) } }
    : shippedPlan;
  const started = performance.now();
  const trained = await trainEncoder(plan, {
    ...session,
    cache: { folder: resolve(flags.cache) },
    compile: compileProgram,
    // The same bits on every CPU of a kind; bfloat16 gains little for a net this small.
    precision: 'f32',
    onLoss: (update, losses) => {
      if (update % 500 !== 0) return;
      const words = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      session.notice(`update ${update}: ${words.join(', ')}`);
    },
  });
  const minutes = (performance.now() - started) / 60_000;
  const weights = resolve(flags.out, 'phone-net.safetensors');
  await writeWeights(weights, trained);
  session.notice(`${weights}: ${trained.bytes.length} bytes after ${minutes.toFixed(1)} minutes`);
  const figures = flags.evaluation ? await evaluate(weights, flags) : null;
  const card = resolve(flags.out, 'MODEL-CARD.md');
  if (figures) await writeFileAtomic(card, Buffer.from(modelCard(trained, figures)));
  return { text: figures ? `${weights}\n${card}` : weights, json: { weights, minutes, figures } };
}

const program = new Command('train:encoder')
  .description('train the phone net from nothing and evaluate it')
  .option('--out <dir>', 'folder for the weights and their card', SHIPPED)
  .option('--cache <dir>', 'folder for the stages that are done', join(cacheFolder(), 'encoder'))
  .option('--updates <n>', 'updates of the training; fewer to try the way')
  .option('--no-evaluation', 'weights only')
  .option('--lj <dir>', 'recordings of a real speaker for the evaluation (LJ Speech)')
  .option('--song <wav>', 'real singing for the evaluation')
  .action((flags: Flags) => runVerb(false, (session) => run(flags, session)));

void program.parseAsync(process.argv);
