/**
 * `npm run test:drive-clients`: programs that nobody here wrote against our Drive emulator, so that it does what Drive's
 * clients expect and not what our own client happens to need. Installs what it needs into the cache, touches nothing else.
 */
import { testPythonClient } from './python';
import { testRclone } from './rclone';
import { CheckFailed, NotHere } from './report';

const CLIENTS: readonly (readonly [string, () => Promise<void>])[] = [
  ['google-api-python-client', testPythonClient],
  ['rclone', testRclone],
];

async function main(): Promise<void> {
  const missing: string[] = [];
  for (const [name, test] of CLIENTS) {
    console.log(`\n${name}`);
    try {
      await test();
    } catch (error) {
      if (error instanceof NotHere) missing.push(`${name}: ${error.message.trim()}`);
      else if (error instanceof CheckFailed) {
        console.error(`FAILED ${error.message}`);
        process.exitCode = 1;
      } else throw error;
    }
  }
  for (const text of missing) console.error(`\n!!! NOT TESTED, it cannot be installed here: ${text}`);
  if (missing.length === CLIENTS.length) process.exitCode = 1;
}

void main();
