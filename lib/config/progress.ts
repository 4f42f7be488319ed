/** How long work reports where it is. Bottom row: everything may import it. */

/** One report. `done` never falls within one `label`. */
export interface Progress {
  /** what is being done, short, e.g. `features` */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** unit of `done` for the rate, e.g. `clips`, `steps` */
  readonly unit: string;
  /** anything worth showing beside the bar, e.g. `loss 0.12` */
  readonly note?: string;
}

export type OnProgress = (progress: Progress) => void;

/** Something a person should read although work goes on. */
export type OnNotice = (message: string) => void;

/** Reports bytes as megabytes. @param note shown beside the bar, e.g. the file's name */
export function megabytes(
  progress: OnProgress,
  label: string,
  note?: string,
): (doneBytes: number, totalBytes: number) => void {
  const extra = note === undefined ? {} : { note };
  return (done, total) => progress({ label, done: done / 1e6, total: total / 1e6, unit: 'MB', ...extra });
}
