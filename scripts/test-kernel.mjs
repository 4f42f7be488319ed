// npm run test:kernel: set-up, then Jupyter's own tests of kernels (jupyter_kernel_test) against ours. Needs python3 with
// venv and pip; what they install stays in a folder of its own. Eleven of the twelve must pass, the pager's is skipped.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, SetupError } from './setup/run.mjs';
import { root, setUpAndRun } from './setup.mjs';

const VERSION = '0.7.0';
const venv = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'diff-svc',
  `jupyter-kernel-test-${VERSION}`,
);

/** A Python with the tests. */
async function python() {
  const program = join(venv, 'bin', 'python');
  if (existsSync(join(venv, '.complete'))) return program;
  await mustRun('python3', ['-m', 'venv', '--clear', venv]);
  await mustRun(program, ['-m', 'pip', 'install', '--quiet', `jupyter-kernel-test==${VERSION}`]);
  await mustRun(program, ['-c', `open(${JSON.stringify(join(venv, '.complete'))}, 'w').close()`]);
  return program;
}

async function mustRun(program, args) {
  const result = await run(program, args, { cwd: root, timeoutMs: 5 * 60_000 });
  if (result.code === 0) return;
  throw new SetupError(
    `${program} ${args.join(' ')} failed (its messages are above)`,
    'The tests need python3 with venv and pip, and a package index.',
  );
}

if (process.argv[2] === '--inside') {
  const program = await python();
  await mustRun(process.execPath, [
    join(root, 'dist/cli/main.js'),
    'kernel',
    'install',
    '--prefix',
    venv,
    '--no-extension',
  ]);
  const result = await run(program, [join(root, 'test/kernel/jupyter_kernel_test_ours.py'), '-v'], {
    cwd: root,
    timeoutMs: 5 * 60_000,
    env: { ...process.env, JUPYTER_PATH: join(venv, 'share/jupyter') },
  });
  process.exitCode = result.code ?? 1;
} else await setUpAndRun([join(root, 'scripts/test-kernel.mjs'), '--inside']);
