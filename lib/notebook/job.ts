/** Work that goes on when the kernel is restarted: started in one cell, watched from any other, also the next day. */
import { followJob, type JobState } from '../kernel/jobs';
import { kernelHost } from './output';
import { createNotebookProgress } from './progress';

export interface WatchOptions {
  readonly label?: string;
  readonly unit?: string;
}

/**
 * Shows a job's bar and what it prints until it ends; interrupting the cell ends the watching only.
 * @param folder as given to `startJob`
 * @throws UserError `no-job` if the folder holds none
 */
export async function watchJob(
  folder: string,
  { label = 'job', unit = 'steps' }: WatchOptions = {},
): Promise<JobState> {
  const signal = kernelHost()?.signal;
  const bar = createNotebookProgress();
  const state = await followJob(folder, {
    onProgress: ({ done, total, note }) =>
      bar.report({ label, done, total, unit, ...(typeof note === 'string' ? { note } : {}) }),
    onLog: (text) => process.stdout.write(text),
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => bar.close());
  if (state.status === 'running') process.stdout.write('The job goes on. Run this cell again to watch it.\n');
  else if (state.status === 'lost') process.stdout.write('The job ended without a word: it was killed.\n');
  return state;
}
