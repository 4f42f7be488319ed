// npm run eval:encoder: set-up, then the evaluation of a content encoder (scripts/eval-encoder.ts).
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'scripts/eval-encoder.ts'), ...process.argv.slice(2)]);
