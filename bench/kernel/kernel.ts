/** `npm run bench -- kernel`: how fast the notebook kernel answers, keeps its memory and stops. README.md, "kernel". */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { JupyterClient } from '../../test/support/jupyter-client';

/** What the issue asks for; all are upper bounds. */
const must: Readonly<Record<string, number>> = {
  first_result_ms: 1600,
  trivial_cell_ms: 40,
  tfjs_cell_ms: 140,
  memory_growth: 1.1,
  lines_lost: 0,
  interrupt_ms: 100,
};

/** Kinds of work that an interrupt ends. */
const loops: Readonly<Record<string, string>> = {
  synchronous: 'while (true) {}',
  timers: 'while (true) await new Promise((r) => setTimeout(r, 5))',
  microtasks: 'while (true) await null',
  package: 'new Function("for (;;) {}")()',
  shell: '\n!sleep 20',
  child: 'require("node:child_process").execSync("sleep 20")',
};

type Figures = Record<string, number>;

/** Prints the figures beside their bounds; with `--json FILE` writes them. */
export async function benchKernel(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, starts: { type: 'string', default: '5' } },
  });
  const figures: Figures = {
    first_result_ms: await firstResult(Number(values.starts)),
    ...(await withKernel(cells)),
    ...(await withKernel(memory)),
    ...(await withKernel(tfjsCells)),
    ...(await withKernel(lines)),
    ...(await withKernel(interrupts)),
  };
  for (const [name, value] of Object.entries(figures)) {
    const bound = must[name];
    const verdict =
      bound === undefined ? '' : value <= bound ? `ok (must be at most ${bound})` : `MISSED (${bound})`;
    console.log(`${name.padEnd(28)} ${value.toFixed(2).padStart(10)}  ${verdict}`);
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify({ figures, must }, null, 2)}\n`);
}

async function withKernel(measure: (kernel: JupyterClient) => Promise<Figures>): Promise<Figures> {
  const kernel = await JupyterClient.start({ cwd: join(__dirname, '../..'), nodeArgs: ['--expose-gc'] });
  try {
    return await measure(kernel);
  } finally {
    await kernel.stop();
  }
}

/** From the start of the process to the first result, as a person sees it. */
async function firstResult(starts: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < starts; i++) {
    const startedMs = performance.now();
    const kernel = await JupyterClient.start();
    await kernel.run('1 + 1');
    times.push(performance.now() - startedMs);
    await kernel.stop();
  }
  return median(times);
}

async function cells(kernel: JupyterClient): Promise<Figures> {
  return {
    trivial_cell_ms: median(await timed(kernel, 100, () => '1 + 1')),
    declaring_cell_ms: median(await timed(kernel, 100, (i) => `const name${i % 10} = ${i}; name${i % 10}`)),
  };
}

/** Cells that build on each other: the worst case for what the checker must keep. */
async function memory(kernel: JupyterClient): Promise<Figures> {
  await kernel.run('let last = { n: 0, list: [1] }; class Item { n = 1 }');
  const step = (i: number): string =>
    `class Item${i % 7} { n = ${i}; before = last } last = { n: ${i}, list: [${i}] }; new Item${i % 7}().n`;
  await timed(kernel, 400, step);
  const before = await heapMiB(kernel);
  const times = await timed(kernel, 1000, (i) => step(400 + i));
  const after = await heapMiB(kernel);
  return {
    heap_after_400_mib: before,
    heap_after_1400_mib: after,
    resident_after_1400_mib: residentMiB(kernel),
    memory_growth: after / before,
    cell_ms_of_last_100: median(times.slice(-100)),
  };
}

async function tfjsCells(kernel: JupyterClient): Promise<Figures> {
  const loaded = await kernel.run(
    'import * as tf from "@tensorflow/tfjs"; const t = tf.tensor1d([1, 2, 3]);',
  );
  if (loaded.reply.status !== 'ok') throw new Error(JupyterClient.errorText(loaded));
  const times = await timed(kernel, 240, (i) => `const m${i % 20} = tf.add(t, ${i}); m${i % 20}.shape[0]`);
  return {
    tfjs_cell_ms: median(times.slice(200)),
    tfjs_trivial_cell_ms: median(await timed(kernel, 40, () => '1 + 1')),
    tfjs_memory_mib: residentMiB(kernel),
  };
}

async function lines(kernel: JupyterClient): Promise<Figures> {
  const count = 200_000;
  const startedMs = performance.now();
  const end = await kernel.run(`for (let i = 0; i < ${count}; i++) console.log("line " + i)`);
  const seconds = (performance.now() - startedMs) / 1000;
  const got = end.stdout.split('\n');
  let right = 0;
  for (let i = 0; i < count; i++) if (got[i] === `line ${i}`) right++;
  return { lines_lost: count - right, lines_seconds: seconds, lines_messages: end.outputs.length };
}

async function interrupts(kernel: JupyterClient): Promise<Figures> {
  const figures: Figures = {};
  for (const [name, code] of Object.entries(loops)) {
    const times: number[] = [];
    for (let i = 0; i < 7; i++) {
      const id = kernel.start(`console.log("on"); ${code}`);
      await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream');
      await sleep(100);
      const startedMs = performance.now();
      kernel.interrupt();
      await kernel.end(id);
      times.push(performance.now() - startedMs);
    }
    figures[`interrupt_${name}_ms`] = median(times);
  }
  return { ...figures, interrupt_ms: Math.max(...Object.values(figures)) };
}

async function timed(kernel: JupyterClient, count: number, code: (i: number) => string): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const { wallMs, reply } = await kernel.run(code(i));
    if (reply.status !== 'ok') throw new Error(`${code(i)}: ${reply.evalue}`);
    times.push(wallMs);
    kernel.messages.length = 0;
  }
  return times;
}

/** What is left on the heap after a collection: what is resident depends on when V8 last had one. */
async function heapMiB(kernel: JupyterClient): Promise<number> {
  const { result } = await kernel.run('(globalThis as any).gc(); process.memoryUsage().heapUsed');
  return Number(result) / 2 ** 20;
}

/** Field 2 of /proc/pid/statm (proc(5)), in pages of 4 KiB. */
function residentMiB(kernel: JupyterClient): number {
  const pages = Number(readFileSync(`/proc/${kernel.child.pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * 4) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
