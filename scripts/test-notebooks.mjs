// `npm run test:notebooks`: the notebooks run headless on made-up recordings, as a person would run them, in both languages,
// under our kernel and under stock tslab (by Jupyter's nbconvert, which is installed in the cache folder).
// Arguments: those of scripts/notebooks/run-all.ts, e.g. --kernel tslab, --only quickstart, --keep
import { createRequire } from 'node:module';
import { installJupyter } from './browser/install.mjs';
import { endLike, run } from './setup/run.mjs';
import { root, setUp } from './setup.mjs';

const say = (line) => process.stderr.write(`${line}\n`);
const tsx = createRequire(import.meta.url).resolve('tsx/cli');

await setUp();
const jupyter = await installJupyter(say);
const args = [tsx, 'scripts/notebooks/run-all.ts', '--jupyter', jupyter, ...process.argv.slice(2)];
endLike(await run(process.execPath, args, { cwd: root }));
