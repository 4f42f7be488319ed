/** Where this program keeps what it can fetch or make again. Bottom row: everything may import it. */
import { homedir } from 'node:os';
import * as path from 'node:path';

/** `DIFF_SVC_CACHE`, else `XDG_CACHE_HOME/diff-svc`, else `~/.cache/diff-svc`; always absolute. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  if (env.DIFF_SVC_CACHE) return path.resolve(env.DIFF_SVC_CACHE);
  const base = env.XDG_CACHE_HOME;
  // The XDG specification tells to ignore a relative path.
  return path.join(base && path.isAbsolute(base) ? base : path.join(home, '.cache'), 'diff-svc');
}

/** Folder of public weights, fetched or put there by hand: `DIFF_SVC_ASSETS`, else `assets` in the cache folder. */
export function assetFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.DIFF_SVC_ASSETS || path.join(cacheFolder(env), 'assets');
}
