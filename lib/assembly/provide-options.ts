/** How public files are fetched by this program, and where they lie. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProvideOptions } from '../assets/provide';
import { cacheFolder } from '../engine/places';
import type { Session } from './session';

/** A slow server may think for long; one that says nothing for so long is gone. */
const stallMs = 60_000;

/** Folder of the fetched files: `DIFF_SVC_ASSETS`, else `assets` in the cache folder. */
export function assetFolder(env: NodeJS.ProcessEnv): string {
  return env.DIFF_SVC_ASSETS || join(cacheFolder(env, homedir()), 'assets');
}

/** How this program fetches. @param offline open no connection */
export function provideOptions(session: Session, offline: boolean): ProvideOptions {
  return {
    folder: assetFolder(process.env),
    offline,
    env: process.env,
    stallMs,
    sleep: (ms) => sleep(ms, undefined, { signal: session.signal }),
    ...session,
  };
}
