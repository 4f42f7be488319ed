/**
 * Messages that no front end would send, thrown at a running kernel: damaged frames, wrong signatures, contents of wrong
 * types, requests in any order. After each round the kernel must still answer. Used by `npm run fuzz -- kernel` and,
 * shortly, by a test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { JupyterClient } from '../support/jupyter-client';

/** What became of the runs. */
export interface KernelFuzzResult {
  readonly runs: number;
  /** times that the kernel had to be started */
  readonly starts: number;
  /** description of each run after which the kernel did not answer right */
  readonly failures: readonly string[];
}

const types = [
  'execute_request',
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'history_request',
  'comm_info_request',
  'comm_open',
  'comm_msg',
  'comm_close',
  'kernel_info_request',
  'interrupt_request',
  'input_reply',
  'unheard_request',
  '__proto__',
  'constructor',
  '',
] as const;

const contents = fc.oneof(
  fc.dictionary(
    fc.constantFrom(
      'code',
      'cursor_pos',
      'silent',
      'comm_id',
      'target_name',
      'data',
      'hist_access_type',
      'pattern',
      'n',
      'value',
      'user_expressions',
      '__proto__',
      'metadata',
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        'jupyter.widget.control',
        'range',
        'search',
        '*a*b*c*',
        { method: 'request_states' },
        { method: 'update', state: null, buffer_paths: [['__proto__', 'x']] },
      ),
      fc.constantFrom(
        'let x = 1; x',
        'throw 1',
        '!true',
        '%cd',
        '`',
        '{',
        'await 0',
        'process.stdout.write("x")',
        'class',
        '\u0000',
        '#@title',
        'x'.repeat(5000),
      ),
      fc.integer(),
    ),
  ),
  fc.jsonValue(),
);

/** One message: a kind of damage and what it is done to. */
const message = fc.record({
  channel: fc.constantFrom('shell' as const, 'control' as const, 'stdin' as const),
  type: fc.constantFrom(...types),
  content: contents,
  damage: fc.constantFrom('none', 'none', 'none', 'cut', 'flip', 'signature', 'raw', 'extra'),
  raw: fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 }),
  at: fc.nat(200),
});
type FuzzMessage = typeof message extends fc.Arbitrary<infer T> ? T : never;

const PER_ROUND = 25;

/** Throws `runs` messages, `seed` deciding which. */
export async function fuzzKernel(
  runs: number,
  seed: number,
  each: (run: number) => void = () => undefined,
): Promise<KernelFuzzResult> {
  const messages = fc.sample(message, { numRuns: runs, seed });
  const failures: string[] = [];
  let starts = 1;
  let kernel = await JupyterClient.start();
  for (let from = 0; from < runs; from += PER_ROUND) {
    const round = messages.slice(from, from + PER_ROUND);
    for (const one of round) throwAt(kernel, one);
    const problem = await problemOf(kernel);
    if (problem) {
      failures.push(`after messages ${from} to ${from + round.length - 1}: ${problem}`);
      await kernel.stop();
      kernel = await JupyterClient.start();
      starts++;
    }
    kernel.messages.length = 0;
    each(Math.min(runs, from + PER_ROUND));
  }
  await kernel.stop();
  return { runs, starts, failures };
}

function throwAt(kernel: JupyterClient, { channel, type, content, damage, raw, at }: FuzzMessage): void {
  if (damage === 'raw') {
    const frames = raw.map((bytes) => Buffer.from(bytes));
    kernel.sendRaw(channel, frames);
    return;
  }
  const frames = kernel.framesOf(type, content as object);
  const position = at % frames.length;
  if (damage === 'cut') frames.splice(position);
  if (damage === 'flip') frames[position] = Buffer.from(`${frames[position]}`.replace(/.$/, '~'));
  if (damage === 'signature') frames[1] = '0'.repeat(64);
  if (damage === 'extra') frames.splice(position, 0, Buffer.from(raw[0]!));
  kernel.sendRaw(channel, frames.length > 0 ? frames : ['']);
}

/** Why the kernel is no longer right; null if it is. */
async function problemOf(kernel: JupyterClient): Promise<string | null> {
  // Cells of the round may have asked for input or failed, which aborts what follows: ask until an answer comes.
  for (let tries = 0; tries < 20; tries++) {
    if (kernel.child.exitCode !== null || kernel.child.signalCode !== null) {
      return `ended with ${kernel.child.exitCode ?? kernel.child.signalCode}\n${kernel.log.slice(-2000)}`;
    }
    const end = await kernel.end(kernel.start('6 * 7'), 60_000).catch((error: Error) => error);
    if (end instanceof Error) return end.message.slice(0, 2000);
    if (end.result === '42') return null;
    await sleep(20);
  }
  return 'cells are aborted or wrong for ever';
}
