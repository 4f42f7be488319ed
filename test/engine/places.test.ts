import { expect, test } from 'vitest';
import { cacheFolder } from '../../lib/config/cache-folder';

test.each([
  [{ DIFF_SVC_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
  [{ XDG_CACHE_HOME: '/x' }, '/x/diff-svc'],
  [{ XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/diff-svc'],
  [{ DIFF_SVC_CACHE: '' }, '/home/a/.cache/diff-svc'],
])('cache folder of %o is %s', (env, folder) => {
  expect(cacheFolder(env, '/home/a')).toBe(folder);
});
