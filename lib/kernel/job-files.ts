/** Names of the files in a job's folder; see `jobs.ts`. */
export const jobFiles = {
  job: 'job.json',
  log: 'log.txt',
  progress: 'progress.json',
  exit: 'exit.json',
} as const;
