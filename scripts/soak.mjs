// npm run soak: set-up, then hours of work in minutes, with faults (test/soak/main.ts): npm run soak -- drive --saves 300
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'test/soak/main.ts'), ...process.argv.slice(2)]);
