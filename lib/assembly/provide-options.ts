/** How public files are fetched by this program. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProvideOptions } from '../assets/provide';
import { assetFolder } from '../config/cache-folder';
import type { Session } from './session';

/** A slow server may think for long; one that says nothing for so long is gone. */
const stallMs = 60_000;

/** How this program fetches. @param offline open no connection */
export function provideOptions(session: Session, offline: boolean): ProvideOptions {
  return {
    folder: assetFolder(),
    offline,
    env: process.env,
    stallMs,
    sleep: (ms) => sleep(ms, undefined, { signal: session.signal }),
    ...session,
  };
}
