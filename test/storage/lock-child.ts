/**
 * Child process of folder-lock.test.ts: `lock-child.ts DIR hold` takes the lock and keeps it until it is killed or its
 * input closes; `race` takes it again and again for a second, and looks each time whether it is alone.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUserError } from '../../lib/config/errors';
import { lockFolder } from '../../lib/storage/folder-lock';

const [dir, mode] = process.argv.slice(2) as [string, string];

async function hold(): Promise<void> {
  const notices: string[] = [];
  try {
    await lockFolder(dir, 'training', (notice) => notices.push(notice));
    console.log(JSON.stringify({ got: true, notices }));
    process.stdin.resume().on('end', () => process.exit(0));
  } catch (error) {
    console.log(JSON.stringify({ got: false, message: isUserError(error) ? error.message : String(error) }));
  }
}

async function race(): Promise<void> {
  const inside = join(dir, 'inside');
  let held = 0;
  let overlaps = 0;
  for (const end = Date.now() + 1000; Date.now() < end; ) {
    try {
      const lock = await lockFolder(dir, 'race');
      held++;
      try {
        writeFileSync(inside, '', { flag: 'wx' });
        await sleep(1);
        rmSync(inside);
      } catch {
        overlaps++;
      }
      await lock.release();
    } catch (error) {
      if (!isUserError(error)) throw error;
    }
    await sleep(Math.random() * 5);
  }
  console.log(JSON.stringify({ held, overlaps }));
}

void (mode === 'hold' ? hold() : race());
