// npm run parity: set-up, then the golden fixtures (scripts/parity.ts). Arguments go on: npm run parity -- --json
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'scripts/parity.ts'), ...process.argv.slice(2)]);
