#!/usr/bin/env node
// The command `diff-svc`: runs dist/cli/main.js, or says how to get it.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
if (existsSync(main)) {
  // As if it had been started itself, so that `require.main === module` holds in it.
  process.argv[1] = main;
  createRequire(import.meta.url)('node:module').runMain();
} else {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(`diff-svc is not built yet. Run \`npm run setup\` in ${folder}\n`);
  process.exitCode = 2;
}
