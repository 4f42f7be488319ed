/** What a cell's long work reports to: a bar in the cell, lines below it, and the interrupt button. */
import type { Session } from '../../assembly/session';
import { kernelHost } from '../output';
import { createNotebookProgress } from '../progress';

/** Does `work` with a bar that is closed however it ends. Interrupting the cell aborts its signal. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const { report, close } = createNotebookProgress();
  const signal = kernelHost()?.signal ?? new AbortController().signal;
  const notice = (message: string): void => void process.stdout.write(`${message}\n`);
  try {
    return await work({ progress: report, notice, signal });
  } finally {
    close();
  }
}
