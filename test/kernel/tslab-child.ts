/** Runs notebooks (JSON on stdin: lists of cells) with tslab's own converter and executor; prints the last values. */
import { readFileSync } from 'node:fs';
import { createConverter } from 'tslab/dist/converter';
import { createExecutor } from 'tslab/dist/executor';

const node = createConverter({ isJS: false, isBrowser: false });
let value: string | null = null;
let failed = false;
const executor = createExecutor(
  process.cwd(),
  { node, browser: null as never, close: () => node.close() },
  {
    log: (...args: unknown[]) => {
      value = String(args[0]);
    },
    error: () => {
      failed = true;
    },
  },
);

async function runCells(cells: readonly string[]): Promise<string | null> {
  failed = false;
  for (const cell of cells) {
    value = null;
    if (!(await executor.execute(cell))) failed = true;
  }
  return failed ? null : value;
}

void (async () => {
  const notebooks = JSON.parse(readFileSync(0, 'utf8')) as string[][];
  const values: (string | null)[] = [];
  for (const cells of notebooks) values.push(await runCells(cells));
  process.stdout.write(`ANSWER ${JSON.stringify(values)}\n`);
  process.exit(0);
})();
