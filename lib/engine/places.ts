/** Where the engine's parts lie. Pure: environment and home folder are arguments. */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { cacheFolder } from '../config/cache-folder';

/** Folders and files that provisioning and doctor work with. */
export interface Places {
  /** our cache: the unpacked wheel, compiled bindings, engine.json */
  readonly cache: string;
  /** the installed npm package tfjs-node-gpu: binding sources, and lib/napi-v8 where it looks for the binding */
  readonly bindingPackage: string;
  /** the installed npm package node-api-headers */
  readonly apiHeaders: string;
  /** C++ source of the addon for what JavaScript cannot do to its own process */
  readonly processSource: string;
  /** compiled probe.js, which a child process runs */
  readonly probe: string;
}

/** The places of this installation. Throws when the npm packages are not installed. */
export function installedPlaces(env: NodeJS.ProcessEnv, home: string): Places {
  const require = createRequire(__filename);
  const folderOf = (name: string) => fs.realpathSync(path.dirname(require.resolve(`${name}/package.json`)));
  const root = path.join(__dirname, '..', '..');
  return {
    cache: cacheFolder(env, home),
    bindingPackage: folderOf('@tensorflow/tfjs-node-gpu'),
    apiHeaders: folderOf('node-api-headers'),
    processSource: path.join(root, 'native', 'process.cc'),
    // From lib/ (tests) as from dist/ (programs) the compiled file is the one that plain Node can run.
    probe: path.join(root, 'dist', 'engine', 'probe.js'),
  };
}

/** The compiled addons: tfjs-node's binding, and ours (process-addon.ts). */
export const ADDONS = ['tfjs_binding.node', 'process.node'] as const;

/** Where tfjs-node-gpu looks for its binding (Node-API 8 is the newest that it knows); ours lies beside it. */
export function addonFolder(bindingPackage: string): string {
  return path.join(bindingPackage, 'lib', 'napi-v8');
}
