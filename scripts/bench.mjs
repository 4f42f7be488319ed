// npm run bench: set-up, then a bench by name (bench/main.ts): npm run bench -- denoiser --json FILE
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'bench/main.ts'), ...process.argv.slice(2)]);
