// A Jupyter server on a free port with folders of its own, and a browser that looks at it.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A setting as if the person had chosen it. */
async function writeSettings(home, plugin, settings) {
  const file = join(home, 'config/lab/user-settings', `${plugin}.jupyterlab-settings`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(settings));
}

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/**
 * Starts JupyterLab or Notebook in `folder`. `data` is a Jupyter data folder with kernelspecs and extensions of ours; without
 * it Jupyter looks below `home`, which stays. `env` is what the server and its kernels see.
 * Returns `{ address, log, stop }`; `address(path)` opens a notebook in the application's single-document page.
 */
export async function startJupyter({
  venv,
  app,
  folder,
  data,
  dark = false,
  home: given,
  env: base = process.env,
}) {
  const home = given ?? (await mkdtemp(join(tmpdir(), 'dsvc-jupyter-')));
  const port = await freePort();
  const env = {
    ...base,
    HOME: home,
    JUPYTER_CONFIG_DIR: join(home, 'config'),
    JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
    ...(data === undefined ? {} : { JUPYTER_DATA_DIR: data }),
    JUPYTER_NO_CONFIG: '1',
    JUPYTERLAB_SETTINGS_DIR: join(home, 'config/lab/user-settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'config/lab/workspaces'),
  };
  await mkdir(env.JUPYTER_RUNTIME_DIR, { recursive: true });
  await writeSettings(home, '@jupyterlab/apputils-extension/notification', {
    fetchNews: 'false',
    checkForUpdates: false,
  });
  const theme = dark ? 'JupyterLab Dark' : 'JupyterLab Light';
  await writeSettings(home, '@jupyterlab/apputils-extension/themes', { theme });
  const options = ['--no-browser', '--allow-root', `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'];
  const open = ['--IdentityProvider.token=', '--ServerApp.password=', '--ServerApp.disable_check_xsrf=True'];
  const child = spawn(
    join(venv, 'bin', `jupyter-${app}`),
    [...options, ...open, `--ServerApp.root_dir=${folder}`],
    {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  const lines = [];
  child.stdout.on('data', (text) => lines.push(String(text)));
  child.stderr.on('data', (text) => lines.push(String(text)));
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const up = await fetch(`${address}/api/status`).then(
      (r) => r.ok,
      () => false,
    );
    if (up) break;
    if (child.exitCode !== null || tries > 240) throw new Error(`Jupyter did not start:\n${lines.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const stop = async () => {
    // Kernels first: the server needs its time for them.
    const kernels = await fetch(`${address}/api/kernels`).then(
      (r) => r.json(),
      () => [],
    );
    await Promise.all(
      kernels.map(({ id }) => fetch(`${address}/api/kernels/${id}`, { method: 'DELETE' }).catch(() => {})),
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    children.delete(child);
    if (given === undefined) await rm(home, { recursive: true, force: true });
  };
  return {
    base: address,
    address: (path) => (app === 'lab' ? `${address}/doc/tree/${path}` : `${address}/notebooks/${path}`),
    log: lines,
    stop,
  };
}

/** A page of a fresh Chromium. Returns `{ page, close, errors }`. */
export async function openBrowser(executablePath, { width = 1180, height = 860 } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'dsvc-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width, height },
    args: [
      ...[
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { page, errors, close };
}
