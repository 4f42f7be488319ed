import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import {
  installLabExtension,
  labExtensionScript,
  uninstallLabExtension,
} from '../../lib/headless/lab-extension';

const dist = resolve('dist');
const folder = mkdtempSync(join(tmpdir(), 'dsvc-extension-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Container {
  init(shared: object): void;
  get(name: string): Promise<() => { default: { id: string; requires: unknown[]; autoStart: boolean } }>;
}

describe('the script of the extension', () => {
  it('needs nothing but the page, and gives the plugin that JupyterLab asks for', async () => {
    const page: { _JUPYTERLAB?: Record<string, Container> } = {};
    runInNewContext(labExtensionScript(dist), page);
    const container = page._JUPYTERLAB!['diff-svc-forms']!;
    const INotebookTracker = { token: true };
    const notebook = { '4.6.4': { get: async () => () => ({ INotebookTracker, NotebookActions: {} }) } };
    container.init({ '@jupyterlab/notebook': notebook });
    const { default: plugin } = (await container.get('./extension'))();
    expect(plugin).toMatchObject({ id: 'diff-svc-forms:plugin', autoStart: true });
    expect(plugin.requires[0]).toBe(INotebookTracker);
    await expect(container.get('./other')).rejects.toThrow('./extension');
  });

  it('says what to do when the library is not built', () => {
    expect(() => labExtensionScript(folder)).toThrow(expect.objectContaining({ code: 'not-built' }));
  });
});

describe('installLabExtension', () => {
  it('writes what JupyterLab reads, over an older one, and takes it away', async () => {
    await installLabExtension(folder, '0.0.1', dist, 'old command');
    const place = await installLabExtension(folder, '0.0.2', dist, 'diff-svc kernel uninstall --prefix /opt');
    expect(place).toBe(join(folder, 'labextensions/diff-svc-forms'));
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      version: '0.0.2',
      jupyterlab: { _build: { load: 'static/remoteEntry.js', extension: './extension' } },
    });
    expect(readFileSync(join(place, 'install.json'), 'utf8')).toContain(
      'Run: diff-svc kernel uninstall --prefix /opt',
    );
    expect(readFileSync(join(place, 'static/remoteEntry.js'), 'utf8')).not.toContain(dist);
    expect(await uninstallLabExtension(folder)).toBe(true);
    expect(await uninstallLabExtension(folder)).toBe(false);
  });
});
