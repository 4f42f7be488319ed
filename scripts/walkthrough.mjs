// The walk-through: scripts/test-walkthrough.mjs starts this with tsx. Arguments: --venv, --chromium, --pictures FOLDER
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from './browser/jupyter.mjs';
import { startMachine } from './browser/machine.mjs';
import { sitDown } from './browser/person.mjs';
import { checkpointsOn, firstMachine, PLAN, SINGER, secondMachine, sing } from './browser/walkthrough.mjs';
import { root } from './setup.mjs';

// By require: the emulator starts its own program from beside itself, which tsx hides from what is imported.
const require = createRequire(import.meta.url);
const { EmulatorProcess } = require('../test/support/drive-emulator/emulator-process.ts');
const { putRecordings } = require('./browser/recordings.ts');
const { writeSongs } = require('../test/support/sung-files.ts');
const { differences, lossCurve } = require('./browser/same-run.ts');

const { values } = parseArgs({
  options: {
    venv: { type: 'string' },
    chromium: { type: 'string' },
    pictures: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const pictures = values.pictures && resolve(values.pictures);
if (pictures) await mkdir(pictures, { recursive: true });
const say = (line) => process.stderr.write(`${line}\n`);
const problems = [];
const check = (what, holds) => {
  say(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
  if (!holds) problems.push(what);
};

/** A browser in front of a notebook of `machine`; `story` is told there. A failure leaves its picture. */
async function at(machine, file, story) {
  const browser = await openBrowser(values.chromium, { width: 1180, height: 1000 });
  const picture = async (label) => {
    if (pictures) await browser.page.screenshot({ path: join(pictures, `${label}.png`) });
  };
  try {
    const person = await sitDown(browser.page, machine.server, file, machine.folder, picture);
    return await story(person, picture);
  } catch (error) {
    await picture('failed');
    throw error;
  } finally {
    await browser.close();
    const ours = browser.errors.filter((text) => text.includes('dsvc') || text.includes('diff-svc'));
    for (const text of ours) check(`no error in the browser: ${text}`, false);
  }
}

const runFolder = (machine) => join(machine.home, '.local/share/diff-svc/runs/diff-svc', SINGER);
const last = `model_ckpt_steps_${PLAN.maxSteps}.ckpt`;

/** The same training in one go, without a screen and without a Drive. */
async function uninterrupted(machine) {
  const saveDir = join(machine.home, 'in-one-go');
  const out = join(machine.home, 'in-one-go.ipynb');
  const fields = { max_steps: PLAN.maxSteps, checkpoint_interval: PLAN.interval, save_dir: saveDir };
  const args = Object.entries({ singer_name: SINGER, ...fields }).flatMap(([k, v]) => ['-p', `${k}=${v}`]);
  await machine.command(['notebook', 'run', 'notebooks/train.ipynb', '--out', out, ...args]);
  return saveDir;
}

async function tell(work, google) {
  const tools = { root, work, venv: values.venv, google };
  const first = await startMachine('first', tools);
  try {
    await at(first, 'notebooks/train.ipynb', async (person, picture) => {
      const killKernel = async () => process.kill(await kernelPid(first.folder), 'SIGKILL');
      await firstMachine({ person, killKernel, google, check, picture });
    });
  } finally {
    await first.stop();
  }
  await rm(join(work, 'first'), { recursive: true });
  say('The first machine is gone.');
  const second = await startMachine('second', tools);
  try {
    const from = await at(second, 'notebooks/train.ipynb', (person) => secondMachine({ person, check }));
    const { kept, trashed } = await checkpointsOn(google);
    check(`ten checkpoints in the folder (${kept.join(' ')})`, kept.length === PLAN.keep);
    check(`two in the trash (${trashed.join(' ')})`, trashed.length === 2);
    check('the newest are in the folder', Math.max(...trashed) < Math.min(...kept));
    const songs = writeSongs(join(second.home, 'songs'), ['evening', '저녁 노래'], 3);
    await at(second, 'notebooks/inference.ipynb', (person) => sing({ person, songs, check }));
    const whole = await uninterrupted(second);
    const other = await differences(join(runFolder(second), last), join(whole, last));
    check(`equal to one uninterrupted run, bit for bit (${other.length} tensors differ)`, other.length === 0);
    const [resumed, expected] = [lossCurve(runFolder(second), from), lossCurve(whole, from)];
    const same = [...resumed].every(([step, loss]) => expected.get(step) === loss);
    check(`the loss curve goes on from step ${from} (${resumed.size} points)`, resumed.size > 3 && same);
  } finally {
    await second.stop();
  }
}

/** Process id of the kernel that works in `folder`. */
async function kernelPid(folder) {
  const program = join(folder, 'dist/cli/kernel-main.js');
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(program)) return Number(pid);
  }
  throw new Error(`Expected a kernel of ${folder}`);
}

const work = await mkdtemp(join(tmpdir(), 'dsvc-walk-'));
const google = await EmulatorProcess.start();
try {
  await putRecordings(google.admin, SINGER);
  await tell(work, google);
} catch (error) {
  problems.push(error.message);
  say(`FAIL ${error.stack}`);
} finally {
  await google.stop();
  if (values.keep) say(`Left ${work}`);
  else await rm(work, { recursive: true, force: true });
}
say(problems.length === 0 ? 'The walk-through holds.' : `${problems.length} things do not hold.`);
process.exitCode = problems.length === 0 ? 0 : 1;
