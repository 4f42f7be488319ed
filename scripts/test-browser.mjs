// npm run test:browser: forms, bars and interrupts in real JupyterLab and Notebook 7, in headless Chromium.
// Arguments: --only TEXT (scenarios whose name holds it), --app lab|notebook, --pictures FOLDER, --dark
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installChromium, installJupyter } from './browser/install.mjs';
import { openBrowser, startJupyter } from './browser/jupyter.mjs';
import { openNotebook } from './browser/notebook-page.mjs';
import { writeNotebook } from './browser/notebooks.mjs';
import { scenarios } from './browser/scenarios.mjs';
import { run } from './setup/run.mjs';
import { root, setUp } from './setup.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    app: { type: 'string' },
    pictures: { type: 'string' },
    dark: { type: 'boolean' },
  },
});
const say = (line) => process.stderr.write(`${line}\n`);
const WITHOUT_EXTENSION = new Set(['kernelForm']);

/** A Jupyter data folder with our kernel, and with or without the extension. */
async function dataFolder(folder, extension) {
  const bin = join(root, 'bin/diff-svc.mjs');
  const place = ['--prefix', folder];
  const { code } = await run(process.execPath, [
    bin,
    'kernel',
    'install',
    ...place,
    ...(extension ? [] : ['--no-extension']),
  ]);
  if (code !== 0) throw new Error('Expected `diff-svc kernel install` to succeed');
  return join(folder, 'share/jupyter');
}

async function runScenario(name, server, chromium, folder) {
  const browser = await openBrowser(chromium);
  const problems = [];
  const tools = {
    open: async (file, cells) => {
      await writeNotebook(folder, file, cells);
      return openNotebook(browser.page, server, file, folder);
    },
    check: (what, holds) => {
      if (!holds) problems.push(what);
    },
    picture: async (label) => {
      if (values.pictures)
        await browser.page.screenshot({ path: join(values.pictures, `${server.app}-${label}.png`) });
    },
  };
  try {
    await scenarios[name](tools);
  } catch (error) {
    problems.push(error.message);
    await tools.picture(`${name}-failed`);
  } finally {
    await browser.close();
  }
  return [
    ...problems,
    ...browser.errors.filter((error) => error.includes('dsvc') || error.includes('diff-svc')),
  ];
}

/** All scenarios of one application; returns the number that failed. */
async function runApplication(app, extension, names, tools) {
  const folder = join(tools.work, `${app}-${extension ? 'with' : 'without'}`);
  const notebooks = join(folder, 'notebooks');
  await mkdir(notebooks, { recursive: true });
  const data = await dataFolder(folder, extension);
  const server = await startJupyter({ venv: tools.venv, app, folder: notebooks, data, dark: values.dark });
  let failed = 0;
  try {
    for (const name of names) {
      const started = Date.now();
      const problems = await runScenario(name, { ...server, app }, tools.chromium, notebooks);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      say(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${app} ${name} (${seconds} s)`);
      for (const problem of problems) say(`       ${problem}`);
      failed += problems.length === 0 ? 0 : 1;
    }
  } finally {
    await server.stop();
  }
  return failed;
}

await setUp();
const work = await mkdtemp(join(tmpdir(), 'dsvc-browser-'));
if (values.pictures) await mkdir((values.pictures = resolve(values.pictures)), { recursive: true });
try {
  const tools = { work, venv: await installJupyter(say), chromium: await installChromium(say) };
  const wanted = Object.keys(scenarios).filter((name) =>
    name.toLowerCase().includes((values.only ?? '').toLowerCase()),
  );
  let failed = 0;
  for (const app of ['lab', 'notebook'].filter((name) => (values.app ?? name) === name)) {
    for (const extension of [true, false]) {
      const names = wanted.filter((name) => WITHOUT_EXTENSION.has(name) !== extension);
      if (names.length > 0) failed += await runApplication(app, extension, names, tools);
    }
  }
  say(failed === 0 ? 'All browser scenarios hold.' : `${failed} browser scenarios failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
