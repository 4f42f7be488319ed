import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../lib/engine/run-command';
import { root } from './children';

const urlOf = (file: string) => pathToFileURL(path.join(root, 'scripts', 'setup', file)).href;
const runModule = (text: string) =>
  runCommand(process.execPath, ['--input-type=module', '-e', text], { timeoutMs: 30_000, env: process.env });

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'diff-svc-setup-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the set-up that this run began with is not done again', async () => {
  const result = await runCommand(process.execPath, ['scripts/setup.mjs'], {
    timeoutMs: 60_000,
    env: process.env,
    cwd: root,
  });
  expect(result.code).toBe(0);
  expect(result.stderr.split('\n').filter(Boolean)).toEqual([
    expect.stringMatching(/^\[set-up 1\/3\] npm packages: as locked/),
    expect.stringMatching(/^\[set-up 2\/3\] build: up to date/),
    expect.stringMatching(/^\[set-up 3\/3\] TensorFlow engine: TensorFlow \d/),
  ]);
});

describe('packagesDiffer', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a-win32': { version: '1.0.0', optional: true, os: ['win32'] },
  };
  const cases: [string, object | undefined, RegExp][] = [
    ['nothing installed', undefined, /not installed yet/],
    ['as locked, without another platform', { 'node_modules/a': locked['node_modules/a'] }, /^undefined$/],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }, /a differs/],
    ['other bytes', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, /a differs/],
    ['one too few', {}, /a differs/],
    ['one too many', { ...locked, 'node_modules/b': { version: '1.0.0' } }, /b is not locked/],
  ];
  test.each(cases)('%s', async (_, installed, why) => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'node_modules', 'a'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'node_modules', 'a', 'package.json'), '{}');
    fs.mkdirSync(path.join(folder, 'node_modules', 'a-win32'));
    fs.writeFileSync(path.join(folder, 'node_modules', 'a-win32', 'package.json'), '{}');
    fs.writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }));
    const list = path.join(folder, 'node_modules', '.package-lock.json');
    if (installed) fs.writeFileSync(list, JSON.stringify({ packages: installed }));
    const { packagesDiffer } = await import(urlOf('packages.mjs'));
    expect(String(packagesDiffer(folder))).toMatch(why);
  });
});

describe('withLock', () => {
  const holder = (name: string, log: string, holdMs: number) => `
    import { withLock } from '${urlOf('lock.mjs')}';
    import { appendFileSync } from 'node:fs';
    await withLock('${name}', () => {}, async () => {
      appendFileSync('${log}', 'in ');
      await new Promise((resolve) => setTimeout(resolve, ${holdMs}));
      appendFileSync('${log}', 'out ');
    });`;

  test('two at once work one after the other', async () => {
    const log = path.join(temporaryFolder(), 'log');
    await Promise.all([runModule(holder(log, log, 400)), runModule(holder(log, log, 400))]);
    expect(fs.readFileSync(log, 'utf8')).toBe('in out in out ');
  });

  test('a set-up that was killed leaves no lock', async () => {
    const log = path.join(temporaryFolder(), 'log');
    const killed = spawn(process.execPath, ['--input-type=module', '-e', holder(log, log, 60_000)]);
    while (!fs.existsSync(log)) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.kill('SIGKILL');
    expect((await runModule(holder(log, log, 0))).code).toBe(0);
    expect(fs.readFileSync(log, 'utf8')).toBe('in in out ');
  });
});

describe('the program at the end', () => {
  const wrapper = (program: string) => `
    import { run, endLike } from '${urlOf('run.mjs')}';
    endLike(await run(process.execPath, ['-e', ${JSON.stringify(program)}]));`;

  test('its exit code is passed on', async () => {
    expect((await runModule(wrapper('process.exit(7)'))).code).toBe(7);
  });

  test('a signal reaches it, and what it then does counts', async () => {
    const program =
      "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000)";
    const outer = spawn(process.execPath, ['--input-type=module', '-e', wrapper(program)]);
    await new Promise((resolve) => outer.stdout.once('data', resolve));
    outer.kill('SIGTERM');
    expect(await new Promise((resolve) => outer.on('exit', resolve))).toBe(9);
  });

  test('one that dies by a signal: so do we', async () => {
    const outer = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      wrapper("process.kill(process.pid, 'SIGKILL')"),
    ]);
    const signal = await new Promise((resolve) => outer.on('exit', (_, name) => resolve(name)));
    expect(signal).toBe('SIGKILL');
  });
});

test('diff-svc without a build says how to get one', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'bin'));
  fs.copyFileSync(path.join(root, 'bin', 'diff-svc.mjs'), path.join(folder, 'bin', 'diff-svc.mjs'));
  const result = await runCommand(process.execPath, [path.join(folder, 'bin', 'diff-svc.mjs'), 'doctor'], {
    timeoutMs: 20_000,
    env: process.env,
  });
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/npm run setup/);
});
