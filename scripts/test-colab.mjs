// npm run test:colab: the Colab notebooks on this machine, as far as that goes. A fresh clone is fetched by the set-up
// cell from a folder, on a machine without Node; then plan A on our kernel, plan B (%%ts cells) on ipykernel. What Colab
// itself does (forms, reload, Drive) is simulated or left out: docs/colab.md.
import { spawn, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { installJupyter } from './browser/install.mjs';
import { root, setUp } from './setup.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

function must(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** The working tree as a repository to clone from: Colab's `repository` field takes its path. */
async function publish(folder) {
  const names = must('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root });
  for (const name of names.split('\0').filter((one) => one !== '')) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    // What was deleted and not committed yet is still in the list.
    await copyFile(join(root, name), join(folder, name)).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  must('git', ['init', '--quiet'], { cwd: folder });
  must('git', ['add', '--all'], { cwd: folder });
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  must('git', [...who, 'commit', '--quiet', '-m', 'test'], { cwd: folder });
}

/** PATH with the Python environment and without Node: where Node lies among other programs, links to those. */
async function pathWithoutNode(venv, links) {
  const kept = [];
  for (const [i, folder] of (process.env.PATH ?? '').split(delimiter).entries()) {
    const names = await readdir(folder || '.').catch(() => []);
    if (!names.includes('node')) kept.push(folder);
    else {
      kept.push(join(links, String(i)));
      await mkdir(join(links, String(i)), { recursive: true });
      for (const name of names.filter((one) => !['node', 'npm', 'npx'].includes(one))) {
        await symlink(join(folder, name), join(links, String(i), name));
      }
    }
  }
  return [join(venv, 'bin'), ...kept].join(delimiter);
}

/** Runs a notebook; throws where it fails or does not say what it should. */
async function runNotebook({ venv, env, folder }, notebook, kernel, options, says) {
  const started = Date.now();
  const args = [join(root, 'test/colab/run_notebook.py'), join(root, notebook), kernel, ...options];
  const child = spawn(join(venv, 'bin/python'), args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const missing = says.filter((one) => !text.includes(one));
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  if (code !== 0 || missing.length > 0) {
    throw new Error(
      `${notebook} (${kernel}) ended with ${code}, did not say: ${missing.join(' | ')}\n${text}`,
    );
  }
  say(`ok   ${notebook} on ${kernel} (${seconds} s)`);
}

async function tryAll(work) {
  const venv = await installJupyter(say);
  const [origin, folder, home] = ['origin', 'content', 'home'].map((name) => join(work, name));
  for (const one of [origin, folder, home]) await mkdir(one, { recursive: true });
  await publish(origin);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const env = {
    ...process.env,
    ...{ HOME: home, XDG_CACHE_HOME: cache, XDG_DATA_HOME: join(home, 'data'), DIFF_SVC_PRESET: 'demo' },
    ...{ JUPYTER_DATA_DIR: join(home, '.local/share/jupyter'), IPYTHONDIR: join(home, 'ipython') },
    ...{ npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm') },
    PYTHONPATH: join(root, 'test/colab'),
    PATH: await pathWithoutNode(venv, join(work, 'links')),
  };
  const place = { venv, env, folder };
  const address = `repository=${origin}`;

  await runNotebook(
    place,
    'notebooks/colab/train.ipynb',
    'python3',
    ['--only', 'colab-set-up'],
    ['The address of Diff-SVC is not set'],
  );
  await runNotebook(
    place,
    'notebooks/colab/quickstart.ipynb',
    'python3',
    ['--only', 'colab-set-up', address],
    ['Installing Node 22', 'Ready.', 'reload this page once'],
  );
  // The page was reloaded: the kernel is known now, and the set-up cell runs again, on it.
  await runNotebook(
    place,
    'notebooks/colab/quickstart.ipynb',
    'diff-svc',
    [address, 'steps=20'],
    ['Ready.', 'has learnt 20 steps', 'comparisons hold'],
  );
  await layOutDataset(join(home, 'data/diff-svc/drive/diff-svc/test_voice'));
  const voice = ['singer_name=test voice', 'voice_of=nobody: computed', 'checkpoint_interval=1000'];
  await runNotebook(
    place,
    'notebooks/colab-python/train.ipynb',
    'python3',
    [address, ...voice, 'max_steps=40000', '--interrupt', '>train</span>'],
    ["simulated drive.mount('/content/drive')", 'Interrupted at step', 'Packed model_ckpt_steps_'],
  );
  await runNotebook(
    place,
    'notebooks/colab-python/ko/quickstart.ipynb',
    'python3',
    [address, 'steps=20'],
    ['준비되었습니다', '20단계 배웠습니다', 'report.html'],
  );
}

/** Three computed clips in a zip where step 2 looks for it. */
async function layOutDataset(folder) {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  must(process.execPath, [tsx, join(root, 'test/colab/write-dataset.ts'), folder]);
}

await setUp();
const work = await mkdtemp(join(tmpdir(), 'dsvc-colab-'));
try {
  await tryAll(work);
} catch (error) {
  say(`FAIL ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
