// npm run test:walkthrough: train.ipynb and inference.ipynb as a person uses them, in real JupyterLab in headless Chromium, on
// two machines one after the other with the same (emulated) Google Drive. Arguments: --pictures FOLDER, --keep
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installChromium, installJupyter } from './browser/install.mjs';
import { endLike, run } from './setup/run.mjs';
import { root, setUp } from './setup.mjs';

const say = (line) => process.stderr.write(`${line}\n`);
const tsx = createRequire(import.meta.url).resolve('tsx/cli');

await setUp();
const tools = ['--venv', await installJupyter(say), '--chromium', await installChromium(say)];
const args = [tsx, join(root, 'scripts/walkthrough.mjs'), ...tools, ...process.argv.slice(2)];
endLike(await run(process.execPath, args, { cwd: root }));
