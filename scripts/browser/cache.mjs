// Where this machine keeps what can be fetched or made again; as lib/config/cache-folder.ts.
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheFolder() {
  return (
    process.env.DIFF_SVC_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'diff-svc')
  );
}
