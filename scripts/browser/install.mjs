// What the browser tests need: Jupyter in a folder of its own in the cache, and a Chromium.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, SetupError } from '../setup/run.mjs';
import { cacheFolder } from './cache.mjs';

// What the sentences in docs/notebook-library.md were tried with.
const PACKAGES = ['jupyterlab==4.6.4', 'notebook==7.6.3', 'ipywidgets==8.1.9', 'nbconvert==7.17.1'];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function must(command, remedy) {
  const end = await run(command[0], command.slice(1), {});
  if (end.code !== 0) throw new SetupError(`Expected \`${command.join(' ')}\` to succeed`, remedy);
}

/** A Python environment with Jupyter; returns its folder. */
export async function installJupyter(say) {
  const folder = join(cacheFolder(), 'jupyter-4.6');
  const done = join(folder, 'installed.json');
  if (existsSync(done)) return folder;
  say('installing JupyterLab and Notebook (about a minute)');
  const beside = `${folder}.${process.pid}`;
  // venvs cannot be moved: the folder is made in its place, and only the mark at the end makes it count.
  await rm(folder, { recursive: true, force: true });
  await mkdir(cacheFolder(), { recursive: true });
  await must(
    ['python3', '-m', 'venv', folder],
    'Install Python 3 with venv (Debian: apt-get install python3-venv).',
  );
  await must(
    [
      join(folder, 'bin/python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...PACKAGES,
    ],
    'Check the connection to the Python package index, then try again.',
  );
  await writeFile(`${beside}.json`, JSON.stringify(PACKAGES));
  await rename(`${beside}.json`, done);
  return folder;
}

/** Path of a Chromium; installs Debian's where we may. */
export async function installChromium(say) {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = () =>
    BROWSERS.flatMap((name) => (process.env.PATH ?? '').split(':').map((at) => join(at, name))).find(
      existsSync,
    );
  if (found() === undefined && process.getuid?.() === 0) {
    say('installing chromium');
    await run('apt-get', ['update', '-qq'], {});
    await must(['apt-get', 'install', '-y', '-qq', 'chromium'], 'Install Chromium, or set CHROMIUM to one.');
  }
  const path = found();
  if (path === undefined)
    throw new SetupError('Expected a Chromium', 'Install it, or set CHROMIUM to its path.');
  return path;
}
