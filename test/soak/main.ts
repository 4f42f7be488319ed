/** `npm run soak -- NAME ...`: long runs with faults, by name. */
import { soakDrive } from './drive';

const soaks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { drive: soakDrive };

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const soak = soaks[name];
  if (soak) return soak(args);
  console.error(`Expected one of ${Object.keys(soaks).join(', ')}, got ${name || 'nothing'}`);
  process.exitCode = 2;
}

void main();
