/** Interrupts of every kind of work: the cell ends, what it had is kept, nothing runs on. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CellEnd, JupyterClient } from '../support/jupyter-client';

let kernel: JupyterClient;
const folder = mkdtempSync(join(tmpdir(), 'interrupt-'));

/** A package, as npm would install it: code that knows nothing of our kernel. */
const PACKAGE = `
exports.spin = () => { for (;;); };
exports.micro = async () => { for (;;) await null; };
exports.timers = async (count) => { for (;;) { count.n++; await new Promise((r) => setTimeout(r, 5)); } };
exports.promised = async (count) => { for (;;) { count.n++; await require('node:timers/promises').setTimeout(5); } };
`;

beforeAll(async () => {
  mkdirSync(join(folder, 'node_modules/loops'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/loops/index.js'), PACKAGE);
  writeFileSync(
    join(folder, 'own.ts'),
    'export const forever = async (c: { n: number }) => { for (;;) { c.n++; await null; } };',
  );
  kernel = await JupyterClient.start({ cwd: folder });
  await kernel.run(
    'let x = 0; const count = { n: 0 }; const loops = require("loops"); import { forever } from "./own";',
  );
});
afterAll(async () => {
  await kernel?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const by = {
  message: () => kernel.interrupt(),
  signal: () => process.kill(kernel.child.pid!, 'SIGINT'),
};

/** Starts a cell, interrupts it once it works, and waits for its end. */
async function interrupted(code: string, how: keyof typeof by, presses = 1): Promise<CellEnd> {
  const id = kernel.start(`console.log("begun"); x++; ${code}`);
  await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream');
  await sleep(60);
  for (let i = 0; i < presses; i++) {
    if (i > 0) await sleep(100);
    by[how]();
  }
  return kernel.end(id, 9000);
}

describe.each(['message', 'signal'] as const)('an interrupt by %s', (how) => {
  it.each([
    ['a loop that never gives way', 'while (true) {}'],
    ['a loop of timers', 'while (true) await new Promise((r) => setTimeout(r, 5))'],
    ['a loop of microtasks', 'while (true) await null'],
    [
      'a loop that catches everything',
      'while (true) { try { await new Promise((r) => setTimeout(r, 5)) } catch {} }',
    ],
    [
      'several loops at once',
      'const run = async () => { for (;;) await null }; await Promise.all([run(), run()])',
    ],
    ['a loop of a module of the notebook', 'await forever(count)'],
    ['a loop inside a package', 'loops.spin()'],
    ['a loop inside a package, after an await', 'await null; loops.spin()'],
    ['a loop of microtasks inside a package', 'await loops.micro()'],
    ['a loop of timers inside a package', 'await loops.timers(count)'],
    ['a loop of promised timers inside a package', 'await loops.promised(count)'],
    ['a promise that never settles', 'await new Promise(() => {})'],
    ['a shell command', '\n!sleep 20'],
    ['a program that the kernel waits for', 'require("node:child_process").execSync("sleep 20")'],
  ])('ends %s, and the kernel goes on with its state', async (_, code) => {
    const before = Number((await kernel.run('x')).result);
    const end = await interrupted(code, how);
    expect(end.reply).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
    expect((await kernel.run('x')).result).toBe(String(before + 1));
    const n = Number((await kernel.run('count.n')).result);
    await sleep(40);
    expect(Number((await kernel.run('count.n')).result)).toBe(n);
    // the context of cells is in order again: late output finds its cell
    const late = await kernel.run('setTimeout(() => console.log("late"), 30); 1');
    await kernel.run('await new Promise((r) => setTimeout(r, 80))');
    expect(
      kernel.messages.some(({ parentId, content }) => parentId === late.id && content.text === 'late\n'),
    ).toBe(true);
  });

  // a loop notices at its next iteration or at its await, whichever comes first: either way it is told once
  it.each(['while (true) await null', 'while (true) {}'])(
    'lets finally and catch of %s save, with awaits and loops',
    async (loop) => {
      const end = await interrupted(
        `try { ${loop} } catch (e) { console.log((e as Error).name) } finally { for (const i of [1, 2]) { await new Promise((r) => setTimeout(r, 40)); console.log("saved", i) } }`,
        how,
      );
      expect(end.stdout).toBe('begun\nKeyboardInterrupt\nsaved 1\nsaved 2\n');
      expect(end.reply.status).toBe('ok');
    },
  );

  it('gives a cell that uses its signal time to end by itself', async () => {
    const end = await interrupted(
      'const { signal } = (globalThis as any)[Symbol.for("diff-svc.kernel")]; while (!signal.aborted) await new Promise((r) => setTimeout(r, 5)); await new Promise((r) => setTimeout(r, 200)); console.log("saved")',
      how,
    );
    expect([end.reply.status, end.stdout]).toEqual(['ok', 'begun\nsaved\n']);
  });

  it('reaches listeners of SIGINT, as in a program', async () => {
    const end = await interrupted(
      'let stop = false; process.once("SIGINT", () => { stop = true }); while (!stop) await new Promise((r) => setTimeout(r, 5)); console.log("stopped")',
      how,
    );
    expect([end.reply.status, end.stdout]).toEqual(['ok', 'begun\nstopped\n']);
  });

  it('at the second time ends a cell that does not keep its promise to stop', async () => {
    const end = await interrupted(
      'const own = (globalThis as any)[Symbol.for("diff-svc.kernel")].signal; while (own) await new Promise((r) => setTimeout(r, 5))',
      how,
      2,
    );
    expect(end.reply.ename).toBe('KeyboardInterrupt');
  });
});

describe('an interrupt', () => {
  it('of an idle kernel does nothing', async () => {
    by.signal();
    by.message();
    await sleep(50);
    expect((await kernel.run('let idle = 0; while (idle < 5) { idle++; await null } idle')).result).toBe('5');
  });

  it('ends the programs that a shell command has started', async () => {
    const end = await interrupted('\n!sleep 21 & sleep 22 & wait', 'message');
    expect(end.reply.ename).toBe('KeyboardInterrupt');
    await sleep(200);
    const processes = await kernel.run(
      'const ps = !ps -eo args\nps.filter((line) => /^sleep 2[12]$/.test(line)).length',
    );
    expect(processes.result).toBe('0');
  });

  it('stops only the running cell: what another cell left running goes on', async () => {
    await kernel.run(
      'let ticks = 0; const ticking = setInterval(() => { ticks++; for (const t of [1]) void t }, 5);',
    );
    await interrupted('while (true) await null', 'message');
    const before = Number((await kernel.run('ticks')).result);
    await sleep(60);
    expect(Number((await kernel.run('clearInterval(ticking); ticks')).result)).toBeGreaterThan(before);
  });

  it('is not lost in a file that is being written', async () => {
    const path = join(folder, 'steps.txt');
    await interrupted(
      `const fs9 = require("node:fs"); let s = 0; try { for (;;) { s++; await null } } finally { fs9.writeFileSync(${JSON.stringify(path)}, String(s > 0)) }`,
      'signal',
    );
    expect(readFileSync(path, 'utf8')).toBe('true');
  });
});
