/** What long work in a cell is given: bars and lines below the cell, and the stop button. */
import type { Session } from '../../assembly/session';
import { kernelHost } from '../output';
import { createNotebookProgress } from '../progress';
import { formWords, inFormWords } from './form-words';

/** Runs `work` with bars; interrupting the cell aborts `session.signal`. */
export async function inCell<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const bar = createNotebookProgress();
  const session: Session = {
    progress: bar.report,
    notice: (message) => void process.stdout.write(`${formWords(message)}\n`),
    signal: kernelHost()?.signal ?? new AbortController().signal,
  };
  try {
    return await work(session);
  } catch (error) {
    throw inFormWords(error);
  } finally {
    bar.close();
  }
}
