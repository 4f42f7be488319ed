/**
 * `npm run fuzz -- checkpoint --runs N --seed S`: reads N damaged files; every one must end in an error of ours or be
 * read, quickly and in little memory. `npm run fuzz -- kernel …`: throws N senseless messages at a running notebook kernel,
 * which must go on answering. Exit status: 0 so it was, 1 not, 2 wrong use.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzCheckpoints, fuzzSamples } from '../test/checkpoint/fuzz';
import { fuzzKernel } from '../test/kernel/fuzz';

/** A reader that works this long on a file of 0.4 MB hangs. */
const HANG_MS = 5000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  const what = positionals.join();
  if (
    !['checkpoint', 'kernel'].includes(what) ||
    !Number.isSafeInteger(runs) ||
    !Number.isSafeInteger(seed)
  ) {
    console.error('Usage: npm run fuzz -- checkpoint|kernel [--runs N] [--seed S]');
    return 2;
  }
  const each = (run: number) => {
    if ((run + 1) % 1000 === 0) process.stderr.write(`\r${run + 1}/${runs}`);
  };
  if (what === 'kernel') {
    const result = await fuzzKernel(runs, seed, (run) => process.stderr.write(`\r${run}/${runs}`));
    process.stderr.write('\n');
    console.log(JSON.stringify({ seed, ...result }, null, 2));
    return result.failures.length === 0 ? 0 : 1;
  }
  const result = fuzzCheckpoints(await fuzzSamples(join(__dirname, '../test/golden')), { runs, seed, each });
  process.stderr.write('\n');
  console.log(JSON.stringify({ seed, ...result }, null, 2));
  return result.slowestMs < HANG_MS && result.worstGrowth <= 4 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
