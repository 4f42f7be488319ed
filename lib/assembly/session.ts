/** What long work is given while it runs: where to report, and when to stop. */
import type { OnNotice, OnProgress } from '../config/progress';

/** Handed to everything that takes a while. */
export interface Session {
  readonly progress: OnProgress;
  readonly notice: OnNotice;
  readonly signal: AbortSignal;
}
