// npm run test:drive-clients: set-up, then other people's Drive clients against our emulator (test/drive-clients/main.ts).
import { join } from 'node:path';
import { root, setUpAndRun } from './setup.mjs';

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
await setUpAndRun([tsx, join(root, 'test/drive-clients/main.ts'), ...process.argv.slice(2)]);
