/** An emulator in a process of its own, which outlives the clients that tests kill. Prints its address; ends with its stdin. */
import { DriveEmulator } from './emulator';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}');
  const emulator = await DriveEmulator.start(options);
  console.log(emulator.url);
  process.stdin.resume();
  process.stdin.once('close', () => {
    void emulator.stop().then(() => process.exit(0));
  });
}

void main();
