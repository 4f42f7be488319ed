// npm test: set-up, then the test suite. Arguments go to vitest: npm test -- test/engine
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

await setUpAndRun([join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]);
