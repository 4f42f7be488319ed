import { expect, test } from 'vitest';
import { runCommand } from '../../lib/engine/run-command';
import { root } from './children';

test('THIRD_PARTY_NOTICES.md lists the locked run-time packages', async () => {
  const options = { timeoutMs: 20_000, env: process.env, cwd: root };
  const { code, stderr } = await runCommand(process.execPath, ['scripts/notices.mjs', '--check'], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
