/** Results of the evaluation's stages, kept so that a repeated or broken-off run measures only what is new. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readCached, writeCached } from '../../demo/cached-file';

/** Part of every key; changes when a stage measures otherwise than before. */
const GENERATION = 2;

export interface StageCache {
  /** folder of a stage's files, named by what they depend on; not created */
  folder(stage: string, key: unknown): string;
  /** what `compute` gave for this key before, or gives now; `T` survives JSON, in which NaN becomes null */
  keep<T>(stage: string, key: unknown, compute: () => Promise<T>): Promise<T>;
}

/** @param root folder of all results; @param fresh true: measure again although a result is kept */
export function openStageCache(root: string, fresh: boolean): StageCache {
  const folder = (stage: string, key: unknown): string => {
    const hash = createHash('sha256')
      .update(JSON.stringify([GENERATION, stage, key]))
      .digest('hex');
    return join(root, `${stage}-${hash.slice(0, 24)}`);
  };
  return {
    folder,
    async keep<T>(stage: string, key: unknown, compute: () => Promise<T>): Promise<T> {
      const path = `${folder(stage, key)}.json`;
      const known = fresh ? null : await readCached(path);
      if (known !== null) return JSON.parse(known.toString()) as T;
      const result = await compute();
      await writeCached(path, Buffer.from(JSON.stringify(result)));
      return result;
    },
  };
}
