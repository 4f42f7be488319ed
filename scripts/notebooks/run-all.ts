/**
 * Runs the list in `runs.ts` under our kernel and under stock tslab, each in a home folder of its own.
 * Arguments: --jupyter FOLDER (a Python environment with nbconvert; none: our kernel only), --kernel diff-svc|tslab,
 * --only TEXT (notebooks whose path holds it), --keep (leave the home folders).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Kernel, ourKernel, stockTslab } from './kernels';
import { layOut } from './place';
import { runOne } from './run-one';
import { runs } from './runs';

const { values } = parseArgs({
  options: {
    jupyter: { type: 'string' },
    kernel: { type: 'string' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});

/** One line for every run under `kernel`. @throws Error of the first that fails */
async function runUnder(kernel: Kernel, home: string, lines: string[]): Promise<void> {
  mkdirSync(home);
  layOut(home);
  const chosen = runs.filter(
    ({ notebook, interrupted }) => notebook.includes(values.only) && (kernel.interrupts || !interrupted),
  );
  for (const one of chosen) {
    const started = Date.now();
    const name = `${one.notebook}${one.interrupted ? ', interrupted' : ''} under ${kernel.name}`;
    process.stdout.write(`\n## ${name}\n`);
    try {
      await runOne(one, kernel, home);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
    lines.push(`ok ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
}

async function runAll(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'diff-svc-notebooks-'));
  const lines: string[] = [];
  try {
    const { jupyter } = values;
    const tslab = jupyter === undefined ? [] : [stockTslab(jupyter, join(work, 'jupyter'))];
    for (const kernel of [ourKernel(), ...tslab]) {
      if ((values.kernel ?? kernel.name) === kernel.name)
        await runUnder(kernel, join(work, kernel.name), lines);
    }
  } finally {
    process.stdout.write(`\n${lines.join('\n')}\n`);
    if (values.keep) process.stdout.write(`Left ${work}\n`);
    else rmSync(work, { recursive: true, force: true });
  }
}

void runAll().catch((error) => {
  process.stderr.write(`FAIL ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
