/** Start, end, signing, and front ends that misbehave or die: the kernel lives, or ends cleanly. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { JupyterClient } from '../support/jupyter-client';

const folder = mkdtempSync(join(tmpdir(), 'lifecycle-'));
const kernels: JupyterClient[] = [];
const start = async (options?: Parameters<typeof JupyterClient.start>[0]): Promise<JupyterClient> => {
  const kernel = await JupyterClient.start(options);
  kernels.push(kernel);
  return kernel;
};
afterAll(async () => {
  await Promise.all(kernels.map((kernel) => kernel.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a kernel', () => {
  it('answers shutdown and restart, then ends with 0', async () => {
    const kernel = await start();
    await kernel.run('1');
    const reply = await kernel.request('shutdown_request', { restart: true }, 'control');
    expect(reply.content).toEqual({ status: 'ok', restart: true });
    expect([await kernel.exited, kernel.child.signalCode]).toEqual([0, null]);
  });

  it('ends also while a loop holds it, with its reply', async () => {
    const kernel = await start();
    const id = kernel.start('console.log("on"); for (;;) Math.sqrt(2)');
    await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream');
    const reply = await kernel.request('shutdown_request', { restart: false }, 'control');
    expect(reply.content).toEqual({ status: 'ok', restart: false });
    await kernel.exited;
  });

  it('takes interrupts while it starts', async () => {
    const kernel = await start();
    for (let i = 0; i < 10; i++) {
      kernel.interrupt();
      kernel.child.kill('SIGINT');
      await sleep(20);
    }
    expect((await kernel.run('let n = 0; while (n < 5) n++; n')).result).toBe('5');
  });

  it('works without signing, as Colab has it', async () => {
    const kernel = await start({ key: '' });
    expect((await kernel.run('1 + 1')).result).toBe('2');
  });

  it('echoes heartbeats while a loop holds it', async () => {
    const kernel = await start();
    const id = kernel.start(
      'console.log("on"); const until = Date.now() + 1500; while (Date.now() < until);',
    );
    await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream');
    await kernel.beat();
    await kernel.beat();
    expect(kernel.messages.some(({ parentId, type }) => parentId === id && type === 'execute_reply')).toBe(
      false,
    );
    await kernel.end(id);
  });

  it('ends when the process that started it dies, even while a loop holds it', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'front-end-child.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.on('data', (text) => resolve(Number(text))),
    );
    parent.kill('SIGKILL');
    for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(100);
    expect(isAlive(pid)).toBe(false);
  });

  it('says what is wrong with its connection file', async () => {
    const { code, err } = await runProgram(join(folder, 'missing.json'));
    expect(code).toBe(2);
    expect(err).toContain('connection file');
  });

  it('ends with a remedy where its ports are taken', async () => {
    const kernel = await start();
    const file = join(folder, 'taken.json');
    writeFileSync(file, JSON.stringify(kernel.connection));
    const { code, err } = await runProgram(file);
    expect(code).toBe(2);
    expect(err).toContain('Start the kernel again');
  });
});

describe('messages from nowhere', () => {
  it('with a wrong signature, malformed or huge ones do no harm', async () => {
    const kernel = await start();
    const frames = (...parts: string[]): string[] => ['<IDS|MSG>', ...parts];
    kernel.sendRaw(
      'shell',
      frames(
        '0'.repeat(64),
        '{"msg_id":"a","msg_type":"execute_request"}',
        '{}',
        '{}',
        '{"code":"globalThis.broken = true"}',
      ),
    );
    kernel.sendRaw('shell', ['no', 'delimiter']);
    kernel.sendRaw('control', frames('', '{'));
    kernel.sendRaw('stdin', frames('x'));
    const big = kernel.send('shell', 'comm_msg', {
      comm_id: 'none',
      data: { text: 'x'.repeat(100_000_000) },
    });
    await kernel.wait(
      ({ parentId, content }) => parentId === big && content.execution_state === 'idle',
      60_000,
    );
    expect((await kernel.run('typeof (globalThis as any).broken')).result).toBe("'undefined'");
    expect(kernel.log).toContain('signature');
    expect(kernel.log).toContain('delimiter');
  });
});

describe('long work in a job', () => {
  it('outlives the kernel, and a new one follows it from where it is', async () => {
    const jobs = JSON.stringify(join(__dirname, '../../dist/kernel/jobs'));
    const program = `const { writeJobProgress } = require(${jobs}); (async () => { for (let i = 1; i <= 40; i++) { console.log("step " + i); await writeJobProgress({ done: i, total: 40 }); await new Promise((r) => setTimeout(r, 50)) } })()`;
    const where = JSON.stringify(join(folder, 'job'));
    const first = await start();
    const begun = await first.run(
      `const jobs = require(${jobs}); const job = await jobs.startJob({ folder: ${where}, argv: [process.execPath, "-e", ${JSON.stringify(program)}] }); job.status`,
    );
    expect(begun.result).toBe("'running'");
    await first.stop();
    const second = await start();
    const followed = await second.run(
      `const again = require(${jobs}); const seen: number[] = []; let log = ""; const end = await again.followJob(${where}, { onProgress: (p: any) => seen.push(p.done), onLog: (t: string) => { log += t } }); ({ status: end.status, code: end.exitCode, last: seen.at(-1), ordered: seen.every((n, i) => i === 0 || n > seen[i - 1]!), steps: log.trim().split("\\n").length })`,
    );
    expect(followed.result).toBe("{ status: 'ended', code: 0, last: 40, ordered: true, steps: 40 }");
  });
});

function isAlive(pid: number): boolean {
  // a zombie has ended; only its parent has not looked
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

function runProgram(file: string): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [join(__dirname, '../../dist/cli/kernel-main.js'), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text) => (err += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
}
