/** What a client process is told to do: one JSON argument. */
import type { GrantedTokens } from '../../support/drive-emulator/accounts';

/** Which Drive, by which login; all that `load-child.ts` gets. */
export interface DriveJob {
  readonly url: string;
  readonly tokens: GrantedTokens;
  /** how far the emulator's clock is ahead */
  readonly aheadMs: number;
  readonly folder: string;
}

/** A training process as far as saving goes. */
export interface ClientJob extends DriveJob {
  readonly workDir: string;
  readonly keep: number;
  readonly startStep: number;
  /** finish what an earlier process left, before anything else */
  readonly catchUp: boolean;
  /** steps to save, in this order */
  readonly steps: readonly number[];
  /** makes the content of equal steps differ */
  readonly variant: number;
  /** waits for a line on stdin before each step */
  readonly paced: boolean;
  /** SIGKILLs itself before its nth change of the disk; 0: never */
  readonly killAtChange: number;
  /** float values per tensor; three tensors */
  readonly values: number;
  readonly chunkBytes: number;
}
