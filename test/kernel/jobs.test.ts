/** Jobs: programs in folders of their own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { followJob, readJob, startJob, stopJob } from '../../lib/kernel/jobs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'job-'));
});
afterEach(async () => {
  await stopJob(folder, 0).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const node = (script: string): string[] => [process.execPath, '-e', script];

it('says how a job ended, with all that it printed', async () => {
  await startJob({ folder, argv: node('console.log("노래"); console.error("to stderr"); process.exit(3)') });
  let log = '';
  const end = await followJob(folder, { onLog: (text) => (log += text), intervalMs: 10 });
  expect(end).toMatchObject({ status: 'ended', exitCode: 3 });
  expect(log).toBe('노래\nto stderr\n');
});

it('asks a job to stop, so that it can save', async () => {
  const saved = join(folder, 'saved');
  const script = `process.on("SIGINT", () => { require("fs").writeFileSync(${JSON.stringify(saved)}, "yes"); process.exit(0) }); console.log("ready"); setInterval(() => {}, 1000)`;
  await startJob({ folder, argv: node(script) });
  const abort = new AbortController();
  await followJob(folder, {
    onLog: (text) => text.includes('ready') && abort.abort(),
    signal: abort.signal,
    intervalMs: 10,
  });
  expect(await stopJob(folder)).toMatchObject({ status: 'ended', exitCode: 0 });
  expect(readFileSync(saved, 'utf8')).toBe('yes');
});

it('runs one at a time in a folder, and a new one after the end', async () => {
  await startJob({ folder, argv: node('setInterval(() => {}, 1000)') });
  await expect(startJob({ folder, argv: node('1') })).rejects.toMatchObject({ code: 'job-running' });
  await stopJob(folder);
  await startJob({ folder, argv: node('process.exit(0)') });
  expect(await followJob(folder, { intervalMs: 10 })).toMatchObject({ status: 'ended', exitCode: 0 });
});

it('tells a job that was killed with all its group', async () => {
  const { pid } = await startJob({ folder, argv: node('setInterval(() => {}, 1000)') });
  process.kill(-pid, 'SIGKILL');
  expect(await followJob(folder, { intervalMs: 10 })).toMatchObject({ status: 'lost', exitCode: null });
});

it('reports a program that is not there', async () => {
  await startJob({ folder, argv: ['/no/such/program'] });
  expect(await followJob(folder, { intervalMs: 10 })).toMatchObject({ status: 'ended', exitCode: 127 });
});

it('knows folders without a job, or with rubbish in it', async () => {
  expect(readJob(folder)).toBeNull();
  writeFileSync(join(folder, 'job.json'), '{"process": "x"}');
  expect(readJob(folder)).toBeNull();
  await expect(followJob(folder)).rejects.toMatchObject({ code: 'no-job' });
});
