import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freeBytes, requireFree } from '../../lib/storage/disk-space';

it('says what df says, also for a path that is still to be made', async () => {
  const line = execFileSync('df', ['-kP', tmpdir()], { encoding: 'utf8' }).trim().split('\n').at(-1)!;
  const kilobytes = Number(line.split(/\s+/)[3]);
  const free = await freeBytes(join(tmpdir(), 'not', 'there', 'yet'));
  // others write to this disk meanwhile
  expect(Math.abs(free - kilobytes * 1024)).toBeLessThan(1e9);
});

it('refuses what does not fit, with both numbers', async () => {
  await expect(requireFree(tmpdir(), 0, 'nothing')).resolves.toBeUndefined();
  await expect(requireFree(tmpdir(), 1e18, 'the clips of a.zip')).rejects.toMatchObject({
    code: 'disk-space',
    message: expect.stringMatching(
      /Expected 1000000000000 MB free for the clips of a\.zip at .*, got \d+ MB/,
    ),
  });
});
