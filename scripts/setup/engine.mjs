// Step 3: the TensorFlow engine, by lib/engine/provision as step 2 compiled it.
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/** Makes the engine ready. Returns what was chosen; warns loudly when no TensorFlow could be had. */
export async function provisionEngine(root, log) {
  const require = createRequire(join(root, 'package.json'));
  const { installedPlaces } = require('./dist/engine/places.js');
  const { provision } = require('./dist/engine/provision.js');
  const places = installedPlaces(process.env, homedir());
  // The cache may be shared by several clones.
  const record = await withLock(places.cache, log, () => provision({ places, env: process.env, log }));
  if (record.chosen !== 'js') {
    const { version, usesGpu } = record.proof;
    return `TensorFlow ${version} from ${record.tensorflow.libraryFolder}${usesGpu ? ', with GPU' : ''}`;
  }
  warnSlow(record);
  return 'JavaScript only';
}

function warnSlow({ why, tried }) {
  const rule = '='.repeat(80);
  const reasons = tried.map(({ candidate, reason }) => `  ${candidate}: ${reason}\n`).join('');
  process.stderr.write(
    `${rule}\nWARNING: no TensorFlow engine. Everything runs in plain JavaScript, a thousand times slower or more;\n` +
      `training is not practical. ${why}\n${reasons}Run \`npm run setup\` again when that has changed.\n${rule}\n`,
  );
}
