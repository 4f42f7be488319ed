// npm run train:encoder: set-up, then the phone net from nothing (scripts/train-encoder.ts)
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'scripts/train-encoder.ts'), ...process.argv.slice(2)]);
