/** Child process of atomic-file.test.ts: replaces a file with content that never ends, until it is killed. */
import { writeFileAtomic } from '../../lib/storage/atomic-file';

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield new Uint8Array(1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

void writeFileAtomic(process.argv[2]!, endless());
