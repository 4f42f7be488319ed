/** Hostile and broken files: refused with an error of ours, whichever door they come to. */

import { readCheckpoint } from '../../lib/checkpoint/read';
import { readTorchFile } from '../../lib/checkpoint/torch-file';
import { isUserError } from '../../lib/config/errors';
import type { ParityGroup } from './group';

export const maliciousGroup: ParityGroup = {
  name: 'malicious',
  files: ['malicious/'],
  isInput: () => false,

  async run(fixture): Promise<void> {
    throw new Error(`Expected no tensors in ${fixture.file}`);
  },

  async check(path, file): Promise<void> {
    for (const read of [readTorchFile, readCheckpoint]) {
      const error = await read(path).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) throw new Error(`Expected ${file} to be refused, but it was read`);
      if (!isUserError(error)) throw new Error(`Expected an error of ours for ${file}, got ${String(error)}`);
    }
  },
};
