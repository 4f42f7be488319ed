/** One notebook under one kernel: executed, and held to what it must have said and written. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellSource, readNotebook, setFields, writeNotebook } from '../../lib/headless/notebook-file';
import type { Kernel } from './kernels';
import { filesSince, forgetMachine } from './place';
import type { NotebookRun } from './runs';

interface Output {
  readonly output_type: string;
  readonly evalue?: string;
}

/** @throws Error that says what was missing */
export async function runOne(one: NotebookRun, kernel: Kernel, home: string): Promise<void> {
  if (one.otherMachine) forgetMachine(home);
  const since = Date.now() - 2; // file systems cut times to their own precision
  const notebook = join(home, one.notebook);
  const asGiven = readFileSync(notebook);
  const prepared = await prepare(one, notebook, kernel.name);
  const out = join(home, `${kernel.name}-${one.notebook.replace(/\W/g, '-')}.out.ipynb`);
  const code = await execute(one, kernel, { notebook: prepared, out, home });
  const expected = one.interrupted ? 130 : 0;
  if (code !== expected) throw new Error(`it ended with ${code}, not ${expected}`);
  if (!readFileSync(notebook).equals(asGiven)) throw new Error('it changed the notebook that it was given');
  requireOutputs(out, one.interrupted === true);
  const outputs = readFileSync(out, 'utf8');
  const unsaid = one.says.filter((text) => !outputs.includes(text));
  const written = filesSince(home, since);
  const unwritten = one.writes.filter((path) => !written.some((file) => path.test(file)));
  if (unsaid.length > 0) throw new Error(`it did not say: ${unsaid.join(' | ')}`);
  if (unwritten.length > 0) throw new Error(`it did not write: ${unwritten.map(String).join(' | ')}`);
}

/** A copy beside the notebook with the fields typed in. */
async function prepare(one: NotebookRun, path: string, kernel: Kernel['name']): Promise<string> {
  const notebook = await readNotebook(path);
  setFields(notebook, new Map(Object.entries(one.fields)));
  const cells = notebook.cells.filter(({ id }) => !one.without?.includes(String(id)));
  const left = notebook.cells.length - (one.without?.length ?? 0);
  if (cells.length !== left) throw new Error(`cells ${one.without?.join(', ')} are not all there`);
  const copy = path.replace(/\.ipynb$/, '.filled.ipynb');
  const kernelspec = { display_name: kernel, language: 'typescript', name: kernel };
  await writeNotebook(copy, { ...notebook, cells, metadata: { ...notebook.metadata, kernelspec } });
  return copy;
}

/** @returns the exit code */
function execute(
  one: NotebookRun,
  kernel: Kernel,
  { notebook, out, home }: { readonly notebook: string; readonly out: string; readonly home: string },
): Promise<number | null> {
  const { program, args } = kernel.command(notebook, out);
  // Drive's stand-in and everything else lies below `home`; no login of this machine is looked at.
  const own = { XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') };
  const env = { ...process.env, DIFF_SVC_PRESET: 'demo', ...own, ...kernel.env };
  const child = spawn(program, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let interrupted = false;
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    process.stdout.write(chunk);
    if (!one.interrupted || interrupted || !/^train +[█·]/m.test(text)) return;
    interrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve) => child.on('close', resolve));
}

/** Every cell must have run, have put out something, and none may have failed. */
function requireOutputs(path: string, interrupted: boolean): void {
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as {
    cells: { cell_type: string; source: string | string[]; execution_count: number; outputs: Output[] }[];
  };
  for (const cell of cells.filter(({ cell_type }) => cell_type === 'code')) {
    const title = cellSource({ cell_type: 'code', source: cell.source }).split('\n')[0];
    const error = cell.outputs.find(({ output_type }) => output_type === 'error');
    if (error !== undefined) throw new Error(`"${title}" failed: ${error.evalue}`);
    if (cell.outputs.length === 0 && !interrupted) throw new Error(`"${title}" put out nothing`);
  }
}
