import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../lib/storage/folder-lock';
import { isRunning, parseProcessId, processIdText, thisProcess } from '../../lib/storage/process-id';

let dir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'folder-lock-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

function start(mode: 'hold' | 'race') {
  // node itself, not a wrapper: the kill must hit the process that holds the lock
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'lock-child.ts'), dir, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: join(__dirname, '../..'),
  });
  children.push(child);
  const said = new Promise<Record<string, unknown>>((resolve) => {
    createInterface(child.stdout!).once('line', (line) => resolve(JSON.parse(line)));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return { child, said, ended };
}

const locks = () => readdirSync(dir).filter((name) => name.startsWith('.lock-'));

describe('lockFolder', () => {
  it('refuses the same folder twice and lets it go again', async () => {
    const lock = await lockFolder(dir, 'training');
    await expect(lockFolder(dir, 'ingest')).rejects.toMatchObject({
      code: 'folder-locked',
      message: expect.stringMatching(new RegExp(`training since \\d{4}.* by process ${process.pid} on `)),
    });
    await lock.release();
    await lock.release();
    expect(locks()).toEqual([]);
    await (await lockFolder(dir, 'ingest')).release();
  });

  it('names the other process; after kill -9 its lock is taken over, loudly', async () => {
    const other = start('hold');
    expect(await other.said).toEqual({ got: true, notices: [] });
    await expect(lockFolder(dir, 'training')).rejects.toMatchObject({
      message: expect.stringContaining(`process ${other.child.pid}`),
      remedy: expect.stringContaining(`${other.child.pid}`),
    });
    other.child.kill('SIGKILL');
    await other.ended;
    expect(locks()).toHaveLength(1);
    const notices: string[] = [];
    const lock = await lockFolder(dir, 'training', (notice) => notices.push(notice));
    expect(notices).toEqual([expect.stringContaining(`process ${other.child.pid}`)]);
    expect(locks()).toHaveLength(1);
    await lock.release();
  });

  it('is released when the process ends by itself', async () => {
    const other = start('hold');
    await other.said;
    other.child.stdin!.end();
    await other.ended;
    expect(locks()).toEqual([]);
  });

  it('does not mistake a process of the same number for the one that is gone', async () => {
    const gone = { ...thisProcess(), started: '1' };
    writeFileSync(join(dir, `.lock-${processIdText(gone)}`), '');
    const notices: string[] = [];
    await (await lockFolder(dir, 'training', (notice) => notices.push(notice))).release();
    expect(notices).toHaveLength(1);
  });

  it('does not judge processes of other machines, and says which file to delete', async () => {
    const far = { ...thisProcess(), host: 'elsewhere', pid: 4242 };
    const name = `.lock-${processIdText(far)}`;
    writeFileSync(join(dir, name), '');
    await expect(lockFolder(dir, 'training')).rejects.toMatchObject({
      message: expect.stringContaining('process 4242 on elsewhere'),
      remedy: expect.stringContaining(name),
    });
  });

  it('refuses a folder that is not there', async () => {
    await expect(lockFolder(join(dir, 'none'), 'training')).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('lets one in of several that find the lock of a dead process', async () => {
    const dead = { ...thisProcess(), started: '1' };
    writeFileSync(join(dir, `.lock-${processIdText(dead)}`), '');
    const answers = await Promise.all([1, 2, 3, 4].map(() => start('hold').said));
    expect(answers.filter((answer) => answer.got)).toHaveLength(1);
  });

  it('never lets two in', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => start('race').said));
    expect(answers.map((answer) => answer.overlaps)).toEqual([0, 0, 0, 0]);
    expect(answers.reduce((sum, answer) => sum + (answer.held as number), 0)).toBeGreaterThan(0);
    expect(locks()).toEqual([]);
  });
});

describe('process id', () => {
  it('survives its text form, and this process runs', () => {
    expect(parseProcessId(processIdText(thisProcess()))).toEqual(thisProcess());
    expect(isRunning(thisProcess())).toBe(true);
    expect(parseProcessId('anything')).toBeNull();
  });
});
