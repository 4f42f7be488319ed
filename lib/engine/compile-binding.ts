/** Compiles tfjs-node's Node-API binding against a TensorFlow on disk: g++ alone, no node-gyp. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../config/errors';
import { ADDONS, type Places } from './places';
import { lastLines, runCommand } from './run-command';
import type { TensorFlowFolder } from './tensorflow-folder';

const COMPILE_TIMEOUT_MS = 5 * 60_000;
const SOURCES = ['tfjs_backend', 'tfjs_binding'];
const FLAGS = ['-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'];

/** Size and time of each library: tells a TensorFlow that was upgraded in place from the one compiled against. */
export function libraryStamps(tensorflow: TensorFlowFolder): string[] {
  return tensorflow.libraries.map((name) => {
    const file = path.join(tensorflow.libraryFolder, name);
    const { size, mtimeMs } = fs.statSync(file);
    return `${file} ${size} ${Math.round(mtimeMs)}`;
  });
}

/** Hash of everything that the compiled binding depends on; names its folder in the cache. */
export function bindingKey(places: Places, tensorflow: TensorFlowFolder): string {
  const hash = createHash('sha256');
  const sources = path.join(places.bindingPackage, 'binding');
  for (const name of fs.readdirSync(sources).sort()) hash.update(fs.readFileSync(path.join(sources, name)));
  hash.update(fs.readFileSync(places.processSource));
  hash.update(fs.readFileSync(path.join(places.apiHeaders, 'package.json')));
  hash.update([...libraryStamps(tensorflow), ...FLAGS, process.arch].join('\n'));
  return hash.digest('hex').slice(0, 24);
}

/**
 * The cache folder that holds the compiled `ADDONS`; compiles what is not there. `CXX` names another compiler.
 * Throws `compiler-missing`, `compile-failed`.
 */
export async function compileBinding(
  places: Places,
  tensorflow: TensorFlowFolder,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<string> {
  const home = path.join(places.cache, 'bindings', bindingKey(places, tensorflow));
  if (fs.existsSync(home)) return home;
  log(`compiling the binding against ${tensorflow.libraryFolder}`);
  const staging = `${home}.partial`;
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  const include = [path.join(places.apiHeaders, 'include'), places.bindingPackage, tensorflow.include];
  const compile = (source: string, object: string) =>
    compiler(env, [...FLAGS, ...include.map((dir) => `-I${dir}`), '-c', source, '-o', object]);
  const object = (name: string) => path.join(staging, `${name}.o`);
  const bindingSource = (name: string) => path.join(places.bindingPackage, 'binding', `${name}.cc`);
  await Promise.all([
    ...SOURCES.map((name) => compile(bindingSource(name), object(name))),
    compile(places.processSource, object('process')),
  ]);
  const { libraryFolder, libraries } = tensorflow;
  const link = [
    `-L${libraryFolder}`,
    ...libraries.map((name) => `-l:${name}`),
    `-Wl,-rpath,${libraryFolder}`,
  ];
  const [binding, processAddon] = ADDONS.map((name) => path.join(staging, name));
  await compiler(env, ['-shared', ...SOURCES.map(object), ...link, '-o', binding!]);
  await compiler(env, ['-shared', object('process'), '-o', processAddon!]);
  for (const name of [...SOURCES, 'process']) fs.rmSync(object(name));
  fs.renameSync(staging, home);
  return home;
}

async function compiler(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const command = env.CXX || 'g++';
  const result = await runCommand(command, args, { timeoutMs: COMPILE_TIMEOUT_MS, env });
  if (result.missing) {
    throw new UserError(
      'compiler-missing',
      `The C++ compiler ${command} is not installed`,
      'Install it: apt-get install g++ (or set CXX to the one that you have).',
    );
  }
  if (result.code === 0) return;
  const what = result.timedOut ? 'did not end in time' : `failed: ${lastLines(result.stderr)}`;
  throw new UserError(
    'compile-failed',
    `${command} ${what}`,
    'g++ 9 or newer is needed; `g++ --version` tells which one this is.',
  );
}
