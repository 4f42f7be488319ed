// npm run demo: set-up, then `diff-svc demo` with the arguments given.
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

await setUpAndRun([join(root, 'bin/diff-svc.mjs'), 'demo', ...process.argv.slice(2)]);
