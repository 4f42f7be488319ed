/**
 * `npm run fuzz -- checkpoint --runs N --seed S`: reads N damaged files; every one must end in an error of ours or be
 * read, quickly and in little memory. Exit status: 0 so it was, 1 not, 2 wrong use.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzCheckpoints, fuzzSamples } from '../test/checkpoint/fuzz';

/** A reader that works this long on a file of 0.4 MB hangs. */
const HANG_MS = 5000;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (positionals.join() !== 'checkpoint' || !Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) {
    console.error('Usage: npm run fuzz -- checkpoint [--runs N] [--seed S]');
    return 2;
  }
  const each = (run: number) => {
    if ((run + 1) % 1000 === 0) process.stderr.write(`\r${run + 1}/${runs}`);
  };
  const result = fuzzCheckpoints(fuzzSamples(join(__dirname, '../test/golden')), { runs, seed, each });
  process.stderr.write('\n');
  console.log(JSON.stringify({ seed, ...result }, null, 2));
  return result.slowestMs < HANG_MS && result.worstGrowth <= 4 ? 0 : 1;
}

process.exitCode = main();
