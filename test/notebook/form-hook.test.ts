import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFormHook } from '../../lib/notebook/form-hook';
import { cellRun, createRecordingHost, type RecordingHost } from './recording-host';

const source = (name: string): string =>
  `// #@title Names\nconst singer_name = "${name}"; // #@param {type:"string"}\nuse = True #@param {type:"boolean"}`;

const folder = mkdtempSync(join(tmpdir(), 'dsvc-forms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The newest widget with this model. */
const widget = (host: RecordingHost, model: string) =>
  host.widgets.filter(({ state }) => state._model_name === `${model}Model`).at(-1)!;

describe('createFormHook', () => {
  it('shows the form and hands TypeScript on', async () => {
    const host = createRecordingHost();
    const code = await createFormHook(host, {}).before!(source('a'), cellRun(source('a')));
    expect(code).toContain('let use = true //#@param');
    expect(host.published[0]!.data['text/plain']).toBe('Names: singer_name = "a", use = True');
    expect(widget(host, 'Text').state).toMatchObject({ value: 'a', description: 'singer_name' });
    expect(widget(host, 'Checkbox').state.value).toBe(true);
  });

  it('puts an edit into the next run and into the cell', async () => {
    const host = createRecordingHost();
    const hook = createFormHook(host, {});
    await hook.before!(source('a'), cellRun(source('a')));
    widget(host, 'Text').change({ value: '시키' });
    const second = cellRun(source('a'));
    expect(await hook.before!(source('a'), second)).toContain('singer_name = "시키"');
    expect(second.nextInputs).toEqual([source('시키')]);
    const third = cellRun(source('시키'));
    await hook.before!(source('시키'), third);
    expect(third.nextInputs).toEqual([]);
  });

  it('lets a literal win that was typed by hand', async () => {
    const host = createRecordingHost();
    const hook = createFormHook(host, {});
    await hook.before!(source('a'), cellRun(source('a')));
    widget(host, 'Text').change({ value: 'from the widget' });
    const second = cellRun(source('by hand'));
    expect(await hook.before!(source('by hand'), second)).toContain('"by hand"');
    expect(second.nextInputs).toEqual([]);
  });

  it('stops the cell at an edit that cannot be, which is then forgotten', async () => {
    const host = createRecordingHost();
    const hook = createFormHook(host, {});
    const raw = 'const r = 1; // #@param';
    await hook.before!(raw, cellRun(raw));
    widget(host, 'Text').change({ value: '1; f()' });
    expect(() => hook.before!(raw, cellRun(raw))).toThrow(expect.objectContaining({ code: 'form-value' }));
    expect(await hook.before!(raw, cellRun(raw))).toBe(raw);
  });

  it('is silent for pages that draw forms themselves, and only for those', async () => {
    const host = createRecordingHost();
    const hook = createFormHook(host, {});
    host.openComm('diff-svc.forms', { session: 'lab' });
    await hook.before!(source('a'), cellRun(source('a'), { session: 'lab' }));
    expect(host.published).toEqual([]);
    await hook.before!(source('a'), cellRun(source('a'), { session: 'vscode' }));
    expect(host.published).toHaveLength(1);
  });

  it('draws nothing where nobody can fill it in', async () => {
    const host = createRecordingHost();
    const hook = createFormHook(host, {});
    await hook.before!(source('a'), cellRun(source('a'), { allowsInput: false }));
    await hook.before!(source('a'), cellRun(source('a'), { id: null }));
    expect(host.published).toEqual([]);
  });

  it('lists folders for the file picker', async () => {
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, '\u1109\u1175.zip'), 'xyz'); // Hangul in parts, as macOS writes it
    const host = createRecordingHost();
    createFormHook(host, {});
    const comm = host.openComm('diff-svc.forms', { session: 'lab' });
    comm.send({ kind: 'list', request: 7, path: join(folder, 'not', 'there') });
    await expect.poll(() => comm.sent.length).toBe(2);
    expect(comm.sent[1]).toMatchObject({
      kind: 'listing',
      request: 7,
      path: folder,
      entries: [
        { name: 'b', folder: true },
        { name: '시.zip', folder: false, bytes: 3 },
      ],
    });
  });
});
