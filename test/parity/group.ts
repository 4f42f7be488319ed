/**
 * Parity with the reference: a group computes fixtures again with our code and hands every computed tensor to
 * `report`. Nothing in a group may be tied to the shapes of one fixture folder: sizes come from the manifest's
 * `config` and from the tensors' shapes. Used by test/parity.test.ts and `npm run parity`.
 */
import type { Fixture } from './fixtures';

/** Compares one computed tensor with the fixture's tensor of that name, by the manifest's tolerance. */
export type Report = (tensor: string, computed: ArrayLike<number>) => void;

/** One file (or folder) of fixtures. */
export interface ParityGroup {
  /** name for `--only`, e.g. `mel` */
  readonly name: string;
  /** files of the manifest that this group answers for: exact names, or a prefix ending in `/` */
  readonly files: readonly string[];
  /** tensors of those files that are inputs and so need no computing although they carry a tolerance */
  isInput(file: string, tensor: string): boolean;
  /** Computes everything in `fixture`; may throw. */
  run(fixture: Fixture, report: Report): Promise<void>;
  /**
   * For files without tensors in the manifest (checkpoints, malicious): throws if the file is not read (or not refused)
   * as it must be. Called instead of `run` where the fixture has no tensors.
   */
  check?(path: string, file: string, root: string): Promise<void>;
}
