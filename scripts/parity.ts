/**
 * `npm run parity`: computes every golden fixture with our code and shows the error reached beside the tolerance.
 * Exit status: 0 all equal within tolerance, 1 something failed or was not computed, 2 wrong use.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEngine } from '../lib/engine/backend';
import { groups } from '../test/parity/index';
import {
  type FileResult,
  type PlannedFile,
  planFiles,
  runFile,
  summarize,
  type TensorResult,
  worstTensor,
} from '../test/parity/runner';

const help = `npm run parity -- [--fixtures DIR] [--only GROUPS] [--json]

  --fixtures DIR   folder with manifest.json and the files it lists (default: test/golden)
  --only GROUPS    comma-separated groups: ${groups.map((g) => g.name).join(', ')}
  --json           results as JSON on stdout`;

/** Failed tensors listed per file. */
const failuresShown = 10;

function figure(value: number): string {
  return Number.isFinite(value) ? value.toExponential(1) : String(value);
}

function row(cells: readonly string[]): string {
  const widths = [16, 50, 9, 10, 10, 6];
  return cells
    .map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i] ?? 0)))
    .join('  ')
    .trimEnd();
}

/** One line of the table: the file's worst error beside the bound that holds at that element. */
function fileRow(result: FileResult): string {
  const worst = worstTensor(result);
  return row([
    result.group,
    result.file,
    `${result.computed}/${result.total}`,
    worst?.computed ? figure(worst.error) : '-',
    worst?.computed ? figure(worst.bound) : '-',
    result.ok ? 'ok' : 'FAILED',
    worst?.tensor ?? '',
  ]);
}

function failureLine(t: TensorResult): string {
  const where = t.index < 0 ? '' : ` at element ${t.index}`;
  return `    ${t.tensor}: ${t.problem ?? `error ${figure(t.error)} > ${figure(t.bound)}${where}`}`;
}

function printResult(result: FileResult): void {
  console.log(fileRow(result));
  if (result.problem !== undefined) console.log(`    ${result.problem}`);
  const failed = result.tensors.filter((t) => !t.ok);
  for (const tensor of failed.slice(0, failuresShown)) console.log(failureLine(tensor));
  if (failed.length > failuresShown) console.log(`    and ${failed.length - failuresShown} more (--json)`);
}

async function run(root: string, planned: readonly PlannedFile[], json: boolean): Promise<boolean> {
  await loadEngine();
  if (!json)
    console.log(
      row(['group', 'file', 'tensors', 'error', 'tolerance', 'status', 'nearest to its tolerance']),
    );
  const results: FileResult[] = [];
  for (const file of planned) {
    const result = await runFile(root, file);
    results.push(result);
    if (!json) printResult(result);
  }
  const summary = summarize(results);
  if (json) console.log(JSON.stringify({ fixtures: root, ...summary, files: results }, null, 1));
  else
    console.log(
      `\n${summary.computed}/${summary.total} fixtures computed, ${summary.failed} failed, ` +
        `${results.length - summary.failedFiles}/${results.length} files ok`,
    );
  return summary.ok;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fixtures: { type: 'string', default: 'test/golden' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const root = resolve(values.fixtures);
  const only = values.only?.split(',').map((name) => name.trim());
  return (await run(root, planFiles(root, groups, only), values.json)) ? 0 : 1;
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    process.exitCode = 2;
  },
);
