/**
 * Reads a checkpoint once, as the product does, and prints what it took as one line of JSON:
 * `node --import tsx bench/checkpoint-child.ts FILE`
 */
import { readCheckpoint } from '../lib/checkpoint/read';

async function main(): Promise<void> {
  const path = process.argv[2]!;
  const baseline = process.memoryUsage.rss();
  const started = performance.now();
  const checkpoint = await readCheckpoint(path);
  const seconds = (performance.now() - started) / 1000;
  // in KiB on every system; what loading the program took before counts against us, never for us
  const peak = process.resourceUsage().maxRSS * 1024;
  const tensors = checkpoint.weights.size + 2 * (checkpoint.optimizer?.moments.size ?? 0);
  console.log(JSON.stringify({ seconds, grownBytes: peak - baseline, tensors }));
}

void main();
