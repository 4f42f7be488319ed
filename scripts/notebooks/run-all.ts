/** Runs the list in `runs.ts` in a home folder of its own, below the system's temporary one. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sungWav } from '../../test/cli/sung';
import { makeZip } from '../../test/data/make-zip';
import { type NotebookRun, runs } from './runs';

const root = join(__dirname, '../..');
const clip = { samples: 3 * 44100, sampleRate: 44100 };

/** A zip of three sung clips where step 2 looks for it. */
function layOut(home: string): void {
  const folder = join(home, 'data', 'diff-svc', 'drive', 'diff-svc', 'test_voice');
  mkdirSync(folder, { recursive: true });
  const files = [110, 131, 147].map((hz) => ({
    name: `sung-${hz}.wav`,
    content: sungWav(clip.samples, clip.sampleRate, hz),
  }));
  writeFileSync(join(folder, 'test_voice.zip'), makeZip(files));
  cpSync(join(root, 'notebooks'), join(home, 'notebooks'), { recursive: true });
  for (const language of ['', 'ko']) layOutSongs(join(home, 'notebooks', language, 'songs'));
}

/** Three songs, of which one is broken. */
function layOutSongs(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'one.wav'), sungWav(2 * clip.sampleRate, clip.sampleRate, 150));
  writeFileSync(join(folder, '둘.wav'), sungWav(2 * clip.sampleRate + 7, clip.sampleRate, 180));
  writeFileSync(join(folder, 'broken.wav'), 'not a recording');
}

/** Leaves the Drive and the notebooks. */
function forgetMachine(home: string): void {
  const folder = join(home, 'data', 'diff-svc');
  for (const name of readdirSync(folder)) {
    if (name !== 'drive') rmSync(join(folder, name), { recursive: true });
  }
  for (const place of ['notebooks', 'notebooks/ko'])
    rmSync(join(home, place, '.diff-svc-session.json'), { force: true });
}

async function run(one: NotebookRun, home: string): Promise<void> {
  if (one.otherMachine) forgetMachine(home);
  const out = join(home, `${one.notebook.replace(/\W/g, '-')}.out.ipynb`);
  const fields = Object.entries(one.fields).flatMap(([name, value]) => ['-p', `${name}=${value}`]);
  const main = join(root, 'dist/cli/main.js');
  const args = [main, 'notebook', 'run', join(home, one.notebook), '--out', out, ...fields];
  // Drive's stand-in and everything else lies below `home`; no login of this machine is looked at.
  const env = { ...process.env, DIFF_SVC_PRESET: 'demo', XDG_DATA_HOME: join(home, 'data') };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let interrupted = false;
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    process.stdout.write(chunk);
    // the bar of the training, after what step 5-0 shows
    if (!one.interrupted || interrupted || !/--logdir[\s\S]*\btrain +[█·]/.test(text)) return;
    interrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const expected = one.interrupted ? 130 : 0;
  if (code !== expected) throw new Error(`${one.notebook} ended with ${code}, not ${expected}`);
  const outputs = readFileSync(out, 'utf8');
  for (const said of one.says) {
    if (!outputs.includes(said)) throw new Error(`${one.notebook} did not say "${said}"`);
  }
}

async function runAll(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'diff-svc-notebooks-'));
  try {
    layOut(home);
    for (const one of runs) await run(one, home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

void runAll().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
