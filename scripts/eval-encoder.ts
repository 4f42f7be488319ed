/**
 * `npm run eval:encoder`: measures a content encoder and prints a table with the lines that it has to pass.
 * Exit status as the other commands: 0 measured (whether passed or not), 1 defect, 2 wrong use, 130 interrupted.
 */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { computeOf } from '../lib/assembly/compute';
import { createPyin } from '../lib/audio/pyin';
import { type ComputeFlags, computeFlags } from '../lib/cli/compute';
import { runVerb, type Session, type VerbResult } from '../lib/cli/session';
import { cacheFolder } from '../lib/config/cache-folder';
import { UserError } from '../lib/config/errors';
import { mergeConfig } from '../lib/config/load';
import { preset } from '../lib/config/presets';
import type { Config } from '../lib/config/schema';
import { createMfccEncoder } from '../lib/encoder/mfcc';
import { createPhoneNetEncoder } from '../lib/encoder/phone-net/phone-net';
import type { EvaluatedEncoder } from '../lib/encoder-training/evaluated-encoder';
import { evaluate, type StageName, stageNames } from '../lib/encoder-training/evaluation/evaluate';
import { barsOf, describe, passes } from '../lib/encoder-training/evaluation/report';
import { writeFileAtomic } from '../lib/storage/atomic-file';

interface Flags extends ComputeFlags {
  readonly encoder: string;
  readonly weights?: string;
  readonly steps?: string;
  readonly neighbours?: string;
  readonly quick?: boolean;
  readonly fresh?: boolean;
  readonly only: string;
  readonly lj?: string;
  readonly song?: string;
  readonly json?: string;
}

const QUICK_STEPS = 400;
const SHIPPED = join(__dirname, '../lib/encoder/phone-net/phone-net.safetensors');

function wrong(message: string, remedy: string): UserError {
  return new UserError('eval-arguments', message, remedy);
}

async function encoderOf(flags: Flags, config: Config): Promise<EvaluatedEncoder> {
  if (flags.encoder === 'mfcc')
    return { encoder: createMfccEncoder(config.audio), classifier: null, weights: null };
  if (flags.encoder !== 'phone-net') {
    throw wrong(`Expected --encoder to be mfcc or phone-net, got ${flags.encoder}`, 'Use one of them.');
  }
  const file = flags.weights ?? SHIPPED;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw wrong(`Expected weights in ${file}: ${(cause as Error).message}`, 'Give the file with --weights.');
  });
  const encoder = createPhoneNetEncoder(bytes, basename(file));
  return { encoder, classifier: encoder, weights: { parameters: encoder.parameters, bytes: bytes.length } };
}

function configOf(flags: Flags): Config {
  const steps = flags.steps ?? (flags.quick ? QUICK_STEPS : undefined);
  const changes = {
    features: {
      encoder: flags.encoder,
      ...(flags.neighbours === undefined ? {} : { retrievalNeighbours: Number(flags.neighbours) }),
    },
    training: steps === undefined ? {} : { maxUpdates: Number(steps) },
  };
  return mergeConfig(preset('demo'), changes, 'command line');
}

function stagesOf(only: string): StageName[] {
  return only.split(',').map((name) => {
    const stage = stageNames.find((known) => known === name);
    if (stage === undefined)
      throw wrong(`Expected --only of ${stageNames.join(', ')}, got ${name}`, 'Use these names.');
    return stage;
  });
}

async function run(flags: Flags, session: Session): Promise<VerbResult> {
  const config = configOf(flags);
  const stages = stagesOf(flags.only);
  const compute = await computeOf(flags, session.notice);
  const evaluation = await evaluate(await encoderOf(flags, config), {
    ...session,
    config,
    stages,
    compute,
    quick: flags.quick === true,
    fresh: flags.fresh === true,
    speakerFolder: flags.lj === undefined ? null : resolve(flags.lj),
    song: flags.song === undefined ? null : resolve(flags.song),
    cacheFolder: join(cacheFolder(), 'encoder-evaluation'),
    pitch: createPyin(config.audio),
    env: process.env,
    clock: () => performance.now(),
  });
  const bars = barsOf(evaluation).map((bar) => ({ ...bar, passed: passes(bar) }));
  const json = { ...evaluation, bars };
  if (flags.json)
    await writeFileAtomic(resolve(flags.json), Buffer.from(`${JSON.stringify(json, null, 2)}\n`));
  return { text: describe(evaluation), json };
}

const program = computeFlags(new Command('eval:encoder'))
  .description('measure a content encoder: conversion both ways, speaker probe, phones, real singing, cost')
  .option('--encoder <name>', 'mfcc or phone-net', 'phone-net')
  .option('--weights <file>', 'weights of the phone net; default: the ones that are shipped')
  .option('--steps <n>', 'updates of each voice; default: the demo preset, with --quick 400')
  .option('--neighbours <k>', 'retrieval; 0 turns it off')
  .option('--quick', 'half the song, one other song, fewer steps')
  .option('--fresh', 'measure again what is known already')
  .option('--only <stages>', `comma-separated: ${stageNames.join(', ')}`, stageNames.join(','))
  .option('--lj <dir>', 'recordings of a real speaker, for the probe and for texts read (LJ Speech)')
  .option('--song <wav>', 'real singing, for stability')
  .option('--json <file>', 'write all figures as JSON')
  .action((flags: Flags) => runVerb(false, (session) => run(flags, session)));

void program.parseAsync(process.argv);
