/** Runs a notebook without a front end: sets form fields, executes the cells in order, saves what they put out. */
import { dirname, resolve } from 'node:path';
import { UserError } from '../config/errors';
import type { OnProgress } from '../config/progress';
import { OutputList } from '../forms/outputs';
import type { Message } from '../kernel/wire';
import type { CellReply } from './channels';
import { type KernelClient, startKernel } from './kernel-client';
import {
  cellSource,
  type NotebookCell,
  type NotebookFile,
  readNotebook,
  setFields,
  writeNotebook,
} from './notebook-file';

export interface RunNotebookOptions {
  readonly notebook: string;
  /** where the executed notebook is written, after every cell */
  readonly out: string;
  /** values of form fields, as typed */
  readonly values: ReadonlyMap<string, string>;
  /** seconds that a cell may take; null: as long as it likes */
  readonly timeoutSeconds: number | null;
  /** go on behind cells that fail */
  readonly allowErrors: boolean;
  readonly progress: OnProgress;
  /** what cells print, as it comes */
  readonly onText: (text: string, name: 'stdout' | 'stderr') => void;
  /** interrupts the running cell, which may save; then the run ends */
  readonly signal: AbortSignal;
}

export interface RunNotebookResult {
  readonly out: string;
  readonly cells: number;
  readonly failed: number;
  readonly interrupted: boolean;
}

/** After an interrupt or a timeout the kernel gets so long before it is ended by force. */
const GRACE_MS = 15_000;
const WIDGET = 'application/vnd.jupyter.widget-view+json';

/**
 * Executes the notebook in its own folder.
 * @throws UserError `no-such-field`, `form-value` before anything runs; `cell-failed`, `cell-timeout`, `kernel-died`
 *   after saving what there is
 */
export async function runNotebook(options: RunNotebookOptions): Promise<RunNotebookResult> {
  const notebook = await readNotebook(options.notebook);
  setFields(notebook, options.values);
  const cells = notebook.cells.filter((cell) => cell.cell_type === 'code' && cellSource(cell).trim() !== '');
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'code')) {
    Object.assign(cell, { outputs: [], execution_count: null });
  }
  await writeNotebook(options.out, notebook);
  const kernel = await startKernel(dirname(resolve(options.notebook)));
  let failed = 0;
  try {
    for (const [done, cell] of cells.entries()) {
      if (options.signal.aborted) break;
      options.progress({
        label: 'notebook',
        done,
        total: cells.length,
        unit: 'cells',
        note: firstLine(cell),
      });
      const reply = await runCell(kernel, cell, notebook, options);
      if (reply.status === 'ok' || options.signal.aborted) continue;
      failed++;
      if (!options.allowErrors) throw cellFailed(done, cell, reply, options.out);
    }
    const done = options.signal.aborted ? 0 : cells.length;
    if (done > 0) options.progress({ label: 'notebook', done, total: done, unit: 'cells' });
  } finally {
    await kernel.shutDown();
  }
  return { out: options.out, cells: cells.length, failed, interrupted: options.signal.aborted };
}

/** Runs one cell and saves the notebook, however the cell ends. */
async function runCell(
  kernel: KernelClient,
  cell: NotebookCell,
  notebook: NotebookFile,
  options: RunNotebookOptions,
): Promise<CellReply> {
  const outputs = new OutputList();
  const limit = limitCell(kernel, cell, options.timeoutSeconds, options.signal);
  const hear = (message: Message): void => {
    const { msg_type } = message.header;
    if (msg_type === 'execute_input') limit.begin();
    if (msg_type === 'update_display_data') outputs.update(message.content);
    else outputs.add(msg_type, message.content);
    speak(message, options);
  };
  const interrupt = (): void => void kernel.interrupt().catch(() => undefined);
  options.signal.addEventListener('abort', interrupt, { once: true });
  try {
    const reply = await limit.hold(kernel.execute(cellSource(cell), hear));
    cell.execution_count = reply.executionCount;
    return reply;
  } finally {
    options.signal.removeEventListener('abort', interrupt);
    cell.outputs = outputs.entries.map(({ output }) => withoutWidgets(output));
    await writeNotebook(options.out, notebook);
  }
}

/** Holds a cell to its time: interrupted when it is up, left behind if it does not end on that. */
interface CellLimit {
  /** The cell has begun; what the kernel needs to start does not count. */
  begin(): void;
  /** @throws UserError `cell-timeout` */
  hold(running: Promise<CellReply>): Promise<CellReply>;
}

function limitCell(
  kernel: KernelClient,
  cell: NotebookCell,
  seconds: number | null,
  signal: AbortSignal,
): CellLimit {
  const timers: NodeJS.Timeout[] = [];
  let timedOut = false;
  let leave: (error: UserError) => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const stuck = (): void => void timers.push(setTimeout(() => leave(timeoutError(cell, seconds)), GRACE_MS));
  return {
    begin() {
      if (seconds === null) return;
      const interrupt = (): void => {
        timedOut = true;
        void kernel.interrupt().catch(() => undefined);
        stuck();
      };
      timers.push(setTimeout(interrupt, seconds * 1000));
    },
    async hold(running) {
      signal.addEventListener('abort', stuck, { once: true });
      try {
        const reply = await Promise.race([running, left]);
        if (timedOut) throw timeoutError(cell, seconds);
        return reply;
      } finally {
        signal.removeEventListener('abort', stuck);
        for (const timer of timers) clearTimeout(timer);
      }
    },
  };
}

function timeoutError(cell: NotebookCell, seconds: number | null): UserError {
  const limit = seconds === null ? 'on the interrupt' : `within ${seconds} s`;
  return new UserError(
    'cell-timeout',
    `Expected the cell "${firstLine(cell)}" to end ${limit}`,
    'What it had put out is saved. Give it longer with --timeout.',
  );
}

function cellFailed(index: number, cell: NotebookCell, { ename, evalue }: CellReply, out: string): UserError {
  return new UserError(
    'cell-failed',
    `Cell ${index + 1} ("${firstLine(cell)}") failed with ${ename}: ${evalue}`,
    `Its outputs are in ${out}.`,
  );
}

/** Prints streams as they are, and of displays what can be read as text. */
function speak({ header, content }: Message, { onText }: RunNotebookOptions): void {
  if (header.msg_type === 'stream')
    onText(String(content.text), content.name === 'stderr' ? 'stderr' : 'stdout');
  else if (header.msg_type === 'error') onText(`${(content.traceback as string[]).join('\n')}\n`, 'stderr');
  else if (header.msg_type === 'display_data' || header.msg_type === 'execute_result') {
    const text = (content.data as Record<string, unknown>)['text/plain'];
    if (typeof text === 'string') onText(`${text}\n`, 'stdout');
  }
}

/** Widgets live in a kernel, and this one is gone. */
function withoutWidgets(output: object): object {
  const { data } = output as { data?: Record<string, unknown> };
  if (data?.[WIDGET] === undefined) return output;
  const { [WIDGET]: _, ...rest } = data;
  return { ...output, data: rest };
}

function firstLine(cell: NotebookCell): string {
  const line =
    cellSource(cell)
      .split('\n')
      .find((text) => text.trim() !== '') ?? '';
  return line
    .replace(/^\s*(?:\/\/\s*#?|#)\s*@title\s*/, '')
    .replace(/\{[^}]*\}\s*$/, '')
    .trim()
    .slice(0, 60);
}
