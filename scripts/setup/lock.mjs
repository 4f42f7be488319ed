// One set-up at a time. The lock is a listening socket with a name outside the file system: the kernel frees it when
// the process ends, however it ends, so there is no stale lock to judge.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { SetupError } from './run.mjs';

const WAIT_MS = 45 * 60_000;
const RETRY_MS = 300;

/**
 * Runs `action` while no other set-up works on `folder`. Waits for another one, at most 45 minutes. Where such
 * sockets do not exist (not Linux) it runs at once: every step also leaves either nothing or a whole result.
 */
export async function withLock(folder, log, action) {
  if (process.platform !== 'linux') return action();
  const name = `\0diff-svc-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const started = Date.now();
  let server = await listen(name);
  if (!server) log(`another set-up works on ${folder}; waiting for it`);
  while (!server) {
    if (Date.now() - started > WAIT_MS) {
      throw new SetupError(
        `Another set-up has worked on ${folder} for ${WAIT_MS / 60_000} minutes`,
        'End it (look for "setup" in ps), then run this again.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    server = await listen(name);
  }
  try {
    return await action();
  } finally {
    server.close();
  }
}

function listen(name) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}
