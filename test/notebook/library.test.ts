import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeWav } from '../../lib/audio/wav';
import { createChart } from '../../lib/notebook/chart';
import { checkFields, existingFile, existingFolder, rule, writableFolder } from '../../lib/notebook/checks';
import { audio, html, image, table } from '../../lib/notebook/display';
import { createNotebookProgress, progressOf } from '../../lib/notebook/progress';
import { createRecordingHost, withHost } from './recording-host';

const folder = mkdtempSync(join(tmpdir(), 'dsvc-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'model_ckpt_steps_10.ckpt');
writeFileSync(file, 'x');

describe('progress', () => {
  it('moves one widget and leaves plain HTML behind', async () => {
    const host = createRecordingHost();
    let now = 0;
    await withHost(host, () => {
      const bar = createNotebookProgress(() => now);
      for (let done = 0; done <= 10; done++, now += 1000)
        bar.report({ label: 'train', done, total: 10, unit: 'steps' });
      bar.close();
    });
    expect(host.published.map(({ update }) => update)).toEqual([false, true]);
    const last = host.published.at(-1)!;
    expect(last.id).toBe(host.published[0]!.id);
    expect(Object.keys(last.data)).toEqual(['text/plain', 'text/html']);
    expect(last.data['text/html']).toContain('aria-valuenow="10"');
    const shown = host.widgets.find(({ state }) => state._model_name === 'HTMLModel')!;
    expect(shown.state.value).toBe(last.data['text/html']);
  });

  it('draws anew where the front end has no widgets, not oftener than twice a second', async () => {
    const host = createRecordingHost();
    let now = 0;
    await withHost(host, () => {
      const bar = createNotebookProgress(() => now);
      bar.report({ label: 'train', done: 0, total: 100, unit: 'steps' });
      for (const widget of host.widgets) widget.close();
      for (let done = 1; done < 100; done++, now += 100)
        bar.report({ label: 'train', done, total: 100, unit: 'steps' });
    });
    const updates = host.published.filter(({ update }) => update).length;
    expect(updates).toBeGreaterThan(10);
    expect(updates).toBeLessThanOrEqual(20);
  });

  it('gives rate and time left in the bar, and escapes what it shows', async () => {
    const host = createRecordingHost();
    let now = 0;
    await withHost(host, () => {
      const bar = createNotebookProgress(() => now);
      bar.report({ label: '<b>', done: 0, total: 120, unit: 'steps' });
      now = 10_000;
      bar.report({ label: '<b>', done: 20, total: 120, unit: 'steps', note: 'loss < 1' });
    });
    const shown = String(host.widgets.find(({ state }) => state._model_name === 'HTMLModel')!.state.value);
    expect(shown).toContain('20 / 120 steps · 2.0 steps/s · 50 s left · loss &lt; 1');
    expect(shown).not.toContain('<b>');
  });

  it('goes through a list', async () => {
    const host = createRecordingHost();
    const seen: number[] = [];
    await withHost(host, async () => {
      for await (const one of progressOf([1, 2, 3], { label: 'files' })) seen.push(one);
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(String(host.published.at(-1)!.data['text/html'])).toContain('aria-valuenow="3"');
  });
});

describe('display', () => {
  it('shows sound that decodes to the samples', async () => {
    const host = createRecordingHost();
    const samples = Float32Array.of(0, 0.5, -0.5, 0);
    await withHost(host, () => audio({ samples, sampleRate: 8000 }, 'a & b'));
    const markup = String(host.published[0]!.data['text/html']);
    const wav = decodeWav(Buffer.from(/base64,([^"]+)"/.exec(markup)![1]!, 'base64'), 'cell');
    expect(wav.sampleRate).toBe(8000);
    for (const [i, sample] of samples.entries()) expect(wav.samples[i]).toBeCloseTo(sample, 4);
    expect(markup).toContain('a &amp; b');
  });

  it('shows tables with what is missing left empty', async () => {
    const host = createRecordingHost();
    await withHost(host, () =>
      table([
        { name: '시키', n: 1 },
        { name: '<b>', more: 0.123456 },
      ]),
    );
    const { data } = host.published[0]!;
    expect(data['text/plain']).toBe('name  n  more\n----  -  -------\n시키  1\n<b>      0.12346');
    expect(data['text/html']).toContain('&lt;b&gt;');
  });

  it('refuses pictures that it does not know and files that are not there', () => {
    writeFileSync(join(folder, 'a.gif'), 'GIF');
    expect(() => image(join(folder, 'a.gif'))).toThrow(expect.objectContaining({ code: 'unknown-picture' }));
    expect(() => image(join(folder, 'none.png'))).toThrow(expect.objectContaining({ code: 'no-such-file' }));
  });

  it('draws a chart at most once a second, and its end', async () => {
    const host = createRecordingHost();
    let now = 0;
    await withHost(host, () => {
      const chart = createChart({ title: 'Loss', logY: true }, () => now);
      for (let step = 0; step < 30; step++, now += 100) chart.add('loss', step, 1 / (step + 1));
      chart.close();
    });
    expect(host.published.map(({ update }) => update)).toEqual([false, true, true, true]);
    const svg = String(host.published.at(-1)!.data['image/svg+xml']);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>$/);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(host.published.at(-1)!.data['text/plain']).toBe('[Loss: loss 0.03333 at 29]');
  });

  it('is plain text in node', () => {
    const script = `const { html, table, createNotebookProgress, createChart } = require(${JSON.stringify(resolve('dist/notebook'))});
html('<p>Hello <b>there</b></p><script>no</script>'); table([{ a: 1 }]);
const bar = createNotebookProgress(); bar.report({ label: 'x', done: 1, total: 1, unit: 'y' }); bar.close();
const chart = createChart(); chart.add('a', 1, 2); chart.close();`;
    const { JPY_PARENT_PID: _, ...env } = process.env;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
    expect(status).toBe(0);
    expect(stdout).toBe('Hello there\na\n-\n1\n');
    expect(stderr).toContain('1/1');
  });

  it('takes no harm from HTML that is only shown', async () => {
    const host = createRecordingHost();
    await withHost(host, () => html('<style>a{}</style>x &amp; y'));
    expect(host.published[0]!.data['text/plain']).toBe('x &amp; y');
  });
});

describe('checks', () => {
  it.each([
    ['a folder', writableFolder(folder), null],
    ['a folder that is yet to be made', writableFolder(join(folder, 'new', 'deep')), null],
    ['a file as folder', writableFolder(file), 'is a file'],
    ['below a file', writableFolder(join(file, 'x')), 'is a file'],
    ['no name', writableFolder(' '), 'it is empty'],
    ['where nobody can write', writableFolder('/proc/nothing'), 'writing in /proc is not permitted'],
    ['Drive that is not mounted', writableFolder('/content/drive/MyDrive/x'), 'not mounted'],
    ['a file', existingFile(file, '.ckpt'), null],
    ['another ending', existingFile(file, '.zip', '.rar'), 'ends in .zip or .rar'],
    ['no file', existingFile(join(folder, 'x.ckpt')), 'there is no file'],
    ['a folder as file', existingFile(folder), 'is a folder'],
    ["Colab's placeholder", existingFile('/content/drive/MyDrive/*'), 'names none yet'],
    ['a folder that is there', existingFolder(folder), null],
    ['a rule', rule(false, 'expected more'), 'expected more'],
  ])('%s', async (_, check, expected) => {
    const message = await check();
    if (expected === null) expect(message).toBeNull();
    else expect(message).toContain(expected);
  });

  it('names all fields that fail at once, and none whose check is left out', async () => {
    const host = createRecordingHost();
    const act = withHost(host, () =>
      checkFields({
        a: rule(false, 'no <b>'),
        b: [rule(true, ''), rule(false, 'never')],
        c: false,
        d: undefined,
      }),
    );
    await expect(act).rejects.toThrow(
      expect.objectContaining({ code: 'form-fields', message: 'a: no <b>; b: never' }),
    );
    expect(host.published[0]!.data['text/html']).toContain('no &lt;b&gt;');
    await withHost(host, () => checkFields({ a: rule(true, '') }));
    expect(host.published).toHaveLength(1);
  });
});
