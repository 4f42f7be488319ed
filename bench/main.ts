/** `npm run bench -- NAME …`: benches by name. Timing is measured here and nowhere else; see README.md. */
import { benchCheckpoint } from './checkpoint';
import { benchDenoiser } from './denoiser';
import { benchDrive } from './drive';
import { benchGpu } from './gpu';
import { benchHubert } from './hubert';
import { benchKernel } from './kernel/kernel';
import { benchVocoder } from './vocoder';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  checkpoint: benchCheckpoint,
  denoiser: benchDenoiser,
  drive: benchDrive,
  gpu: benchGpu,
  hubert: benchHubert,
  vocoder: benchVocoder,
  kernel: benchKernel,
};

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const bench = benches[name];
  if (bench) return bench(args);
  console.error(`Expected one of ${Object.keys(benches).join(', ')}, got ${name || 'nothing'}`);
  process.exitCode = 2;
}

void main();
