/** Registration with Jupyter. Folders as in jupyter_core's documentation, "Data files". */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dataFolder,
  installKernelspec,
  listKernelspecs,
  uninstallKernelspec,
} from '../../lib/kernel/kernelspec';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'spec-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const linux = (env: Record<string, string> = {}) => ({
  env: { HOME: home, ...env },
  platform: 'linux' as const,
});

describe('the data folder', () => {
  it.each([
    ['linux', {}, '.local/share/jupyter'],
    ['linux', { XDG_DATA_HOME: '/xdg' }, '/xdg/jupyter'],
    ['darwin', {}, 'Library/Jupyter'],
    ['win32', { APPDATA: '/app' }, '/app/jupyter'],
    ['linux', { JUPYTER_DATA_DIR: '/own' }, '/own'],
  ] as const)('of a person on %s with %j', (platform, env, expected) => {
    const path = dataFolder('user', { env: { HOME: home, ...env }, platform });
    expect(path).toBe(expected.startsWith('/') ? expected : join(home, expected));
  });

  it('of an environment and of a prefix', () => {
    expect(dataFolder('sys-prefix', linux({ VIRTUAL_ENV: '/venv' }))).toBe('/venv/share/jupyter');
    expect(dataFolder('sys-prefix', linux({ CONDA_PREFIX: '/conda' }))).toBe('/conda/share/jupyter');
    expect(dataFolder({ prefix: '/usr/local' }, linux())).toBe('/usr/local/share/jupyter');
    expect(() => dataFolder('sys-prefix', linux())).toThrow('active Python environment');
  });
});

describe('install, list and uninstall', () => {
  it('write what Jupyter reads, twice as well as once, and take it away', async () => {
    const folder = await installKernelspec('user', linux());
    expect(await installKernelspec('user', linux())).toBe(folder);
    const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
    expect(spec).toMatchObject({ language: 'typescript', interrupt_mode: 'message' });
    expect(spec.argv.at(-1)).toBe('{connection_file}');
    expect(listKernelspecs(linux())).toEqual([{ folder, works: true }]);
    expect(uninstallKernelspec('user', linux())).toBe(folder);
    expect(uninstallKernelspec('user', linux())).toBeNull();
    expect(listKernelspecs(linux())).toEqual([]);
  });

  it('tell a kernel whose program is gone', async () => {
    const folder = await installKernelspec('user', linux());
    writeFileSync(join(folder, 'kernel.json'), JSON.stringify({ argv: ['node', '/gone/kernel-main.js'] }));
    expect(listKernelspecs(linux())).toEqual([{ folder, works: false }]);
  });

  it('say what to do where nothing can be written', async () => {
    writeFileSync(join(home, 'file'), '');
    await expect(installKernelspec({ prefix: join(home, 'file') }, linux())).rejects.toMatchObject({
      name: 'UserError',
    });
  });

  it('find it in the environment whose jupyter is on PATH', async () => {
    mkdirSync(join(home, 'venv/bin'), { recursive: true });
    writeFileSync(join(home, 'venv/bin/jupyter'), '');
    const folder = await installKernelspec({ prefix: join(home, 'venv') }, linux());
    expect(listKernelspecs(linux({ PATH: join(home, 'venv/bin') })).map((found) => found.folder)).toEqual([
      folder,
    ]);
  });
});
