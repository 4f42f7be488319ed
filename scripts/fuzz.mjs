// npm run fuzz: set-up, then mutated files against a parser (scripts/fuzz.ts): npm run fuzz -- checkpoint --runs 20000
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'scripts/fuzz.ts'), ...process.argv.slice(2)]);
