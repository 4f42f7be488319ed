/** Checkpoints of a folder, by name. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError, UserError } from '../config/errors';
import { stepOfName } from './file-names';
import { verifyCheckpoint } from './verify';

/** A checkpoint file. */
export interface CheckpointFile {
  readonly path: string;
  /** the number in its name */
  readonly step: number;
}

/**
 * Files `model_ckpt_steps_N.ckpt` of `folder`, newest (largest N) first; none if there is no such folder. "Clean" files
 * are left out: training cannot go on from them (spec k.23).
 * @throws UserError `folder-unreadable`
 */
export async function findCheckpoints(folder: string): Promise<CheckpointFile[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new UserError(
      'folder-unreadable',
      `Expected to list ${folder}, but: ${cause.message}`,
      'Check the path.',
      {
        cause,
      },
    );
  });
  return names
    .filter((name) => /^model_ckpt_steps_\d+\.ckpt$/.test(name))
    .flatMap((name) => {
      const step = stepOfName(name);
      return step === null ? [] : [{ path: join(folder, name), step }];
    })
    .sort((a, b) => b.step - a.step);
}

/**
 * The newest checkpoint of `folder` that reads back whole; null if there is none.
 * @param options.onTorn is told of every newer one that does not
 */
export async function newestGoodCheckpoint(
  folder: string,
  options: { onTorn: (path: string, error: Error) => void },
): Promise<CheckpointFile | null> {
  for (const file of await findCheckpoints(folder)) {
    try {
      await verifyCheckpoint(file.path);
      return file;
    } catch (error) {
      if (!isUserError(error)) throw error;
      options.onTorn(file.path, error);
    }
  }
  return null;
}
