import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { isTemporary, removeStaleTemporaries, writeFileAtomic } from '../../lib/storage/atomic-file';

const root = mkdtempSync(join(tmpdir(), 'atomic-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

test('writes bytes, iterables and async iterables', async () => {
  const path = join(folder, 'a');
  await writeFileAtomic(path, Buffer.from('one'));
  expect(readFileSync(path, 'utf8')).toBe('one');
  await writeFileAtomic(path, [Buffer.from('t'), new Uint8Array(0), Buffer.from('wo')]);
  expect(readFileSync(path, 'utf8')).toBe('two');
  async function* chunks() {
    yield Buffer.from('th');
    yield Buffer.from('ree');
  }
  await writeFileAtomic(path, chunks());
  expect(readFileSync(path, 'utf8')).toBe('three');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('a name of 255 bytes is written', async () => {
  const path = join(folder, '가'.repeat(85));
  await writeFileAtomic(path, Buffer.from('x'));
  expect(readFileSync(path, 'utf8')).toBe('x');
});

test('two writers at once both finish, the file is one of theirs', async () => {
  const path = join(folder, 'a');
  const writers = ['x', 'y'].map((c) =>
    writeFileAtomic(
      path,
      Array.from({ length: 50 }, () => Buffer.from(c.repeat(999))),
    ),
  );
  await Promise.all(writers);
  expect(['x', 'y'].map((c) => c.repeat(999 * 50))).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['a']);
});

test('an error of the producer leaves the old file and no temporary', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'old');
  function* broken() {
    yield Buffer.from('new');
    throw new Error('producer');
  }
  await expect(writeFileAtomic(path, broken())).rejects.toThrow('producer');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('no folder, a file as folder, a folder in the way: an error with a remedy', async () => {
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'x'), '');
  const cases = { 'missing/a': 'no-such-folder', 'file/a': 'not-a-folder', taken: 'is-a-folder' };
  for (const [name, code] of Object.entries(cases)) {
    const path = join(folder, name);
    await expect(writeFileAtomic(path, Buffer.from('x'))).rejects.toMatchObject({
      name: 'UserError',
      code,
      message: expect.stringContaining(path),
    });
  }
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
});

test.skipIf(process.getuid?.() === 0)('a folder without permission', async () => {
  chmodSync(folder, 0o500);
  await expect(writeFileAtomic(join(folder, 'a'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'not-writable',
  });
});

/** Mounts a tiny memory disk, or says why this part of the test is skipped. */
function mounted(options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`SKIPPED: no permission to mount a small disk (${String(error).split('\n')[0]})`);
    return false;
  }
}

test('disk full: old file whole, temporary gone, the error says so', async (context) => {
  if (!mounted('size=1m')) return context.skip();
  try {
    const path = join(folder, 'a');
    await writeFileAtomic(path, Buffer.alloc(600_000, 1));
    const big = Array.from({ length: 10 }, () => Buffer.alloc(100_000, 2));
    await expect(writeFileAtomic(path, big)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(path),
      remedy: expect.stringContaining(folder),
    });
    expect(readFileSync(path).equals(Buffer.alloc(600_000, 1))).toBe(true);
    expect(readdirSync(folder)).toEqual(['a']);
    await writeFileAtomic(path, Buffer.from('fits'));
  } finally {
    execFileSync('umount', [folder]);
  }
});

test('read-only disk', async (context) => {
  if (!mounted('size=1m,ro')) return context.skip();
  try {
    await expect(writeFileAtomic(join(folder, 'a'), Buffer.from('x'))).rejects.toMatchObject({
      code: 'not-writable',
    });
  } finally {
    execFileSync('umount', [folder]);
  }
});

test('kill -9 in mid-write leaves the old file, and the leftover is recognised', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'old');
  const child = spawn(
    join(__dirname, '../../node_modules/.bin/tsx'),
    [join(__dirname, 'endless-writer.ts'), path],
    { stdio: 'inherit', detached: true },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const size = () =>
    Math.max(
      0,
      ...readdirSync(folder)
        .filter(isTemporary)
        .map((n) => readFileSync(join(folder, n)).length),
    );
  while (size() < 100_000) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(removeStaleTemporaries(folder)).toEqual([]); // its process is alive
  process.kill(-child.pid!, 'SIGKILL'); // tsx runs the program in a child of its own
  await exited;
  const [leftover] = readdirSync(folder).filter(isTemporary);
  const pid = Number(/\d+/.exec(leftover!));
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(removeStaleTemporaries(folder)).toEqual([leftover]);
  expect(readdirSync(folder)).toEqual(['a']);
});

test('only our temporaries are temporaries', () => {
  expect(isTemporary('.diff-svc-12-0.part')).toBe(true);
  for (const name of ['model_ckpt_steps_2.ckpt', 'a.part', '.diff-svc-x-0.part', 'x.diff-svc-1-0.part']) {
    expect(isTemporary(name)).toBe(false);
  }
});
