// All the set-up: npm packages, build, TensorFlow engine. Plain JavaScript on Node's own modules, because it must run
// on a fresh clone; called from inside the npm scripts, because npm skips pre-scripts when install scripts are off.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';
import { provisionEngine } from './setup/engine.mjs';
import { withLock } from './setup/lock.mjs';
import { installPackages } from './setup/packages.mjs';
import { endLike, run, SetupError } from './setup/run.mjs';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const STEPS = [
  ['npm packages', installPackages],
  ['build', build],
  ['TensorFlow engine', provisionEngine],
];

const say = (line) => process.stderr.write(`${line}\n`);

/** Does every step that is not done yet; safe to repeat and to run twice at once. */
export async function setUp() {
  requireNode();
  await withLock(root, say, async () => {
    for (const [i, [name, step]] of STEPS.entries()) {
      const started = Date.now();
      const label = `[set-up ${i + 1}/${STEPS.length}] ${name}`;
      const done = await step(root, (line) => say(`${label}: ${line}`));
      say(`${label}: ${done} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    }
  });
}

/** Set-up, then a program; ends as the program ends. `command` is for Node: [file, ...arguments]. */
export async function setUpAndRun(command) {
  if (await succeeds(setUp)) endLike(await run(process.execPath, command, { cwd: root }));
}

/** Prints an error with its remedy and sets the exit code. */
async function succeeds(action) {
  try {
    await action();
    return true;
  } catch (error) {
    // UserError of lib/config/errors carries a remedy as well; anything else is a defect.
    say(error.remedy ? `\nSet-up stopped: ${error.message}.\n${error.remedy}` : error.stack);
    process.exitCode = error instanceof SetupError || error.remedy ? 2 : 1;
    return false;
  }
}

function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  throw new SetupError(`Expected Node 20 or newer, this is ${process.version}`, 'Install Node 20, 22 or 24.');
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // Signals outside a child's run: end in order, so that children which have no terminal end too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  await succeeds(setUp);
}
