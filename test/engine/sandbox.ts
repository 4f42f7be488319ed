/** A folder for one test with a cache, a copy of tfjs-node's binding sources, and a PATH that holds only stubs. */
import * as fs from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';
import { onTestFinished } from 'vitest';
import { installedPlaces, type Places } from '../../lib/engine/places';
import { provision } from '../../lib/engine/provision';

export interface Sandbox {
  readonly folder: string;
  readonly places: Places;
  /** puts an executable shell script on the PATH */
  stub(name: string, script: string): void;
  /** provisions with this environment and nothing of this process's */
  provision(env?: NodeJS.ProcessEnv): ReturnType<typeof provision>;
}

/** Removed when the test ends. */
export function createSandbox(): Sandbox {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'diff-svc-engine-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  const real = installedPlaces(process.env, homedir());
  const bindingPackage = path.join(folder, 'package');
  fs.mkdirSync(bindingPackage);
  fs.writeFileSync(path.join(bindingPackage, 'package.json'), '{}');
  fs.cpSync(path.join(real.bindingPackage, 'binding'), path.join(bindingPackage, 'binding'), {
    recursive: true,
  });
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  const places = { ...real, cache: path.join(folder, 'cache'), bindingPackage };
  return {
    folder,
    places,
    stub: (name, script) => fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    provision: (env = {}) => provision({ places, env: { PATH: bin, ...env }, log: () => {} }),
  };
}

/** A folder with the names of a TensorFlow and nothing in them. */
export function createHollowTensorFlow(folder: string): string {
  const tensorflow = path.join(folder, 'tensorflow');
  fs.mkdirSync(path.join(tensorflow, 'include', 'tensorflow', 'c'), { recursive: true });
  for (const name of [
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
    'include/tensorflow/c/c_api.h',
  ]) {
    fs.writeFileSync(path.join(tensorflow, name), '');
  }
  return tensorflow;
}
