// The cell library under stock tslab 1.0.22: plainer, but nothing is missing.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startKernel } from '../../lib/headless/kernel-client';

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'dsvc-tslab-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/diff-svc'));
symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
writeFileSync(join(folder, 'package.json'), '{}');

describe('stock tslab', () => {
  it('shows bars, tables, charts and sound, and says that nobody can answer', async () => {
    const tslab = join(root, 'node_modules/tslab/bin/tslab');
    const kernel = await startKernel(folder, [process.execPath, tslab, 'kernel', '--config-path']);
    const seen: { type: string; content: Record<string, unknown> }[] = [];
    const run = (code: string) =>
      kernel.execute(code, ({ header, content }) => seen.push({ type: header.msg_type, content }));
    const mimes = (type: string) =>
      seen
        .filter((message) => message.type === type)
        .map(({ content }) => Object.keys(content.data as object)[0]);
    try {
      const cells = [
        `import { audio, confirm, createChart, createNotebookProgress, table } from 'diff-svc/notebook';
const bar = createNotebookProgress();
bar.report({ label: 'a', done: 0, total: 2, unit: 'steps' });
bar.report({ label: 'a', done: 2, total: 2, unit: 'steps' });
bar.close();
const singer_name = "a"; // #@param {type:"string"}`,
        `table([{ name: singer_name, minutes: 1.5 }]);
const chart = createChart({ title: 'Loss' });
chart.add('loss', 1, 0.5);
audio({ samples: new Float32Array(100), sampleRate: 1000 }, 'silence');`,
        `const said = await confirm('Go on?').catch((error) => error.code);
console.log('said', said);`,
      ];
      for (const cell of cells) expect(await run(cell)).toMatchObject({ status: 'ok' });
      expect(mimes('display_data')).toEqual(['text/html', 'text/html', 'image/svg+xml', 'text/html']);
      expect(mimes('update_display_data')).toContain('text/html');
      const text = seen
        .filter(({ type }) => type === 'stream')
        .map(({ content }) => content.text)
        .join('');
      expect(text).toContain('said no-input');
    } finally {
      await kernel.shutDown();
    }
  });
});
