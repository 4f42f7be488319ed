/** A store for a child program: the real one, its waits moving the emulator's clock instead of passing. */
import { createDriveStore } from '../../../lib/storage/drive-store';
import { googleEndpoints, oauthClient } from '../../../lib/storage/google-auth';
import type { Clock } from '../../../lib/storage/retry';
import type { Store } from '../../../lib/storage/store';
import { AdminClient } from '../../support/drive-emulator/admin-client';
import type { DriveJob } from './job';

/** @param onSleep told of every wait */
export function openStore(
  job: DriveJob,
  chunkBytes: number,
  onSleep: (ms: number) => void,
): { readonly store: Store; readonly clock: Clock } {
  const admin = new AdminClient(job.url);
  let aheadMs = job.aheadMs;
  const clock: Clock = {
    now: () => Date.now() + aheadMs,
    sleep: async (ms, signal) => {
      onSleep(ms);
      aheadMs += ms;
      await admin.advance(ms);
      signal?.throwIfAborted();
    },
  };
  const { accessToken, refreshToken, clientId, clientSecret } = job.tokens;
  const auth = oauthClient({
    clientId,
    clientSecret,
    endpoints: googleEndpoints(job.url),
    tokens: { access_token: accessToken, refresh_token: refreshToken },
  });
  return { store: createDriveStore({ auth, rootUrl: job.url, clock, chunkBytes }), clock };
}
