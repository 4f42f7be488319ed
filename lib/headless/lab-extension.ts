/**
 * Installs the JupyterLab / Notebook 7 extension as a prebuilt one: a folder with a package.json and one script. The
 * script is put together from the compiled modules of lib/labextension and lib/forms, each in a function of its own, so
 * that the page runs the same form code as the kernel and no bundler is needed.
 */
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';

/** Name of the extension: its folder under `labextensions`, and how JupyterLab lists it. */
const LAB_EXTENSION = 'diff-svc-forms';

const ENTRY = 'labextension/extension';
const REQUIRE = /\brequire\("(\.[^"]+)"\)/g;

/**
 * The script that registers the extension.
 * @param dist folder of the compiled library
 * @throws UserError `not-built` if a module is not there
 */
export function labExtensionScript(dist: string): string {
  const modules = new Map<string, string>();
  const add = (name: string): void => {
    if (modules.has(name)) return;
    const text = readModule(dist, name).replace(/^\/\/# sourceMappingURL=.*$/m, '');
    // Known before its imports are followed.
    modules.set(name, text);
    const resolved = text.replace(REQUIRE, (_, path: string) => {
      const target = posix.join(posix.dirname(name), path);
      add(target);
      return `require("${target}")`;
    });
    modules.set(name, resolved);
  };
  add(ENTRY);
  const bodies = [...modules].map(
    ([name, text]) => `${JSON.stringify(name)}(exports, require) {\n${text}},\n`,
  );
  return `(() => {
const modules = {
${bodies.join('')}};
const loaded = {};
const require = (name) => {
  if (!(name in loaded)) modules[name]((loaded[name] = {}), require);
  return loaded[name];
};
require(${JSON.stringify(ENTRY)}).registerContainer();
})();
`;
}

function readModule(dist: string, name: string): string {
  const path = join(dist, `${name}.js`);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(
      'not-built',
      `Expected the compiled module ${path}`,
      'Run `npm run build`, then try again.',
      {
        cause,
      },
    );
  }
}

/** package.json of a prebuilt extension (JupyterLab's extension developer guide, "Prebuilt extensions"). */
function manifest(version: string): object {
  return {
    name: LAB_EXTENSION,
    version,
    description: 'Colab-style forms in TypeScript notebooks',
    license: 'MIT',
    jupyterlab: { extension: true, _build: { load: 'static/remoteEntry.js', extension: './extension' } },
  };
}

/**
 * Writes the extension below a Jupyter data folder, over an older one.
 * @param dataFolder e.g. `~/.local/share/jupyter` or `PREFIX/share/jupyter`
 * @param uninstall command that takes it away again; JupyterLab's extension manager shows it
 * @returns the extension's folder
 * @throws UserError of `writeFileAtomic`, or `not-built`
 */
export async function installLabExtension(
  dataFolder: string,
  version: string,
  dist: string,
  uninstall: string,
): Promise<string> {
  const folder = labExtensionFolder(dataFolder);
  const files: Readonly<Record<string, string>> = {
    'static/remoteEntry.js': labExtensionScript(dist),
    'install.json': `${JSON.stringify({ packageManager: 'npm', packageName: 'diff-svc', uninstallInstructions: `Run: ${uninstall}` }, null, 2)}\n`,
    'package.json': `${JSON.stringify(manifest(version), null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFileAtomic(join(folder, name), Buffer.from(text));
  }
  return folder;
}

/** Takes the extension away. @returns whether it was there */
export async function uninstallLabExtension(dataFolder: string): Promise<boolean> {
  return rm(labExtensionFolder(dataFolder), { recursive: true }).then(
    () => true,
    () => false,
  );
}

function labExtensionFolder(dataFolder: string): string {
  return join(dataFolder, 'labextensions', LAB_EXTENSION);
}
