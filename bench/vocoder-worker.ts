/**
 * Our side of the vocoder bench, in a process of its own. Speaks the peer's protocol: warms up, prints {"ready": true},
 * then answers each line on stdin with one timed repeat.
 */
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadEngine } from '../lib/engine/backend';
import { compileProgram } from '../lib/engine/compile/program';
import { Philox, streams } from '../lib/random/philox';
import type { Precision, ProgramStats } from '../lib/tensor/program';
import { foldNsf } from '../lib/vocoder/nsf-hifigan/fold';
import { compiledNetwork, eagerNetwork, type NsfNetwork } from '../lib/vocoder/nsf-hifigan/network';
import { createBenchVocoder, nsfConfig, randomNsfState, speechLike } from './vocoder-workload';

type How = 'eager' | Precision;

/** Frames of the song that the whole vocoder sings. */
const songFrames = 2000;

/** One repeat; more numbers than the time where it has them. */
type Work = () => Promise<Readonly<Record<string, number>>>;

/** The peer's work: the network alone on noise, all frames at once. */
async function networkWork(how: How, frames: number, told: (stats: ProgramStats) => void): Promise<Work> {
  const folded = foldNsf(randomNsfState(nsfConfig), nsfConfig);
  const network: NsfNetwork =
    how === 'eager'
      ? eagerNetwork(folded, nsfConfig)
      : await compiledNetwork(folded, nsfConfig, {
          compile: compileProgram,
          precision: how,
          sizes: [frames],
          onCompiled: told,
        });
  const random = new Philox(3, streams.noise);
  const input = {
    melLn: random.normals(frames * nsfConfig.melBins),
    source: random.normals(frames * nsfConfig.hopSize),
    frames,
  };
  return async () => {
    await network.run(input);
    return {};
  };
}

/** The whole vocoder, source and windows included, as a conversion uses it. */
function songWork(how: How): Work {
  const vocoder = createBenchVocoder(how);
  const song = speechLike(songFrames);
  const seconds = (song.mel.frames * nsfConfig.hopSize) / nsfConfig.sampleRate;
  return async () => {
    await vocoder.synthesize(song);
    return { songSeconds: seconds };
  };
}

/** Error of a precision against float32 on something like speech, in dB of the sound without its mean. */
function errorWork(how: How): Work {
  const input = speechLike(300);
  return async () => {
    const [low, full] = [createBenchVocoder(how), createBenchVocoder('f32')];
    const [found, exact] = [await low.synthesize(input), await full.synthesize(input)];
    low.dispose();
    full.dispose();
    const mean = exact.reduce((a, b) => a + b, 0) / exact.length;
    const signal = exact.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    const error = exact.reduce((sum, v, i) => sum + (v - found[i]!) ** 2, 0);
    return { errorDb: 10 * Math.log10(error / signal), signalRms: Math.sqrt(signal / exact.length) };
  };
}

async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { how: option, work: option, frames: option, threads: option } });
  const threads = Number(values.threads);
  await loadEngine(threads === availableParallelism() ? {} : { threads });
  const how = values.how as How;
  const answer = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  let stats: ProgramStats | undefined;
  const works: Readonly<Record<string, () => Work | Promise<Work>>> = {
    network: () =>
      networkWork(how, Number(values.frames), (told) => {
        stats = told;
      }),
    song: () => songWork(how),
    error: () => errorWork(how),
  };
  const run = await works[values.work!]!();
  // Once for TensorFlow to optimise the graph, once to be warm.
  for (let i = 0; values.work !== 'error' && i < 2; i++) await run();
  answer({ ready: true, stats });
  for await (const _ of createInterface({ input: process.stdin })) {
    const started = performance.now();
    const more = await run();
    answer({ seconds: (performance.now() - started) / 1000, ...more });
  }
}

void main();
