// Weights that come with the program: tsc copies no binary files, so this lays them beside the compiled modules.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILES = ['encoder/phone-net/phone-net.safetensors'];

/** Copies them from lib/ of `root` into the folder `dist`. */
export function copyWeights(root, dist) {
  for (const file of FILES) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(root, 'lib', file), join(dist, file));
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  copyWeights(root, join(root, 'dist'));
}
