/** The messages of a running kernel. Expected contents are those of the Jupyter messaging protocol 5.4. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CellEnd, JupyterClient, type Received } from '../support/jupyter-client';

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
});
afterAll(() => kernel?.stop());

const types = (end: CellEnd): string[] => end.outputs.map((message) => message.type);
const ofParent = (id: string): Received[] => kernel.messages.filter((message) => message.parentId === id);

describe('execute_request', () => {
  it('is framed by busy, execute_input and idle, and counted', async () => {
    const first = await kernel.run('1');
    const end = await kernel.run('1 + 1');
    const published = ofParent(end.id).filter((message) => message.channel === 'iopub');
    expect(published.map(({ type, content }) => content.execution_state ?? type)).toEqual([
      'busy',
      'execute_input',
      'execute_result',
      'idle',
    ]);
    expect(published[1]!.content).toEqual({
      code: '1 + 1',
      execution_count: first.reply.execution_count + 1,
    });
    expect(published[2]!.content).toEqual({
      execution_count: first.reply.execution_count + 1,
      data: { 'text/plain': '2' },
      metadata: {},
    });
    expect(end.reply).toEqual({
      status: 'ok',
      execution_count: first.reply.execution_count + 1,
      payload: [],
      user_expressions: {},
    });
  });

  it('that is silent publishes nothing and is not counted', async () => {
    const before = (await kernel.run('1')).reply.execution_count;
    const end = await kernel.run('console.log; 5', { silent: true });
    expect(
      ofParent(end.id)
        .filter(({ channel }) => channel === 'iopub')
        .map(({ type }) => type),
    ).toEqual(['status', 'status']);
    expect((await kernel.run('1', { store_history: false })).reply.execution_count).toBe(before);
    expect((await kernel.run('1')).reply.execution_count).toBe(before + 1);
  });

  it('answers user expressions, each for itself', async () => {
    const { reply } = await kernel.run('const ue = 4', { user_expressions: { a: 'ue * 2', b: 'nothing.x' } });
    expect(reply.user_expressions.a).toEqual({ status: 'ok', data: { 'text/plain': '8' }, metadata: {} });
    expect(reply.user_expressions.b).toMatchObject({ status: 'error', ename: 'ReferenceError' });
  });

  it('that fails aborts those that were sent with it, unless it says otherwise', async () => {
    const ids = ['throw new Error("stop")', '1', '2'].map((code) => kernel.start(code));
    const ends = await Promise.all(ids.map((id) => kernel.end(id)));
    expect(ends.map(({ reply }) => reply.status)).toEqual(['error', 'aborted', 'aborted']);
    expect((await kernel.run('3')).result).toBe('3');
    const more = [kernel.start('throw 1', { stop_on_error: false }), kernel.start('4')];
    expect((await Promise.all(more.map((id) => kernel.end(id)))).map(({ reply }) => reply.status)).toEqual([
      'error',
      'ok',
    ]);
  });

  it('reports an error in its reply and on iopub alike', async () => {
    const end = await kernel.run('throw new RangeError("far")');
    const { ename, evalue, traceback } = end.outputs.find(({ type }) => type === 'error')!.content;
    expect([ename, evalue]).toEqual(['RangeError', 'far']);
    expect(end.reply).toMatchObject({ status: 'error', ename, evalue, traceback });
  });
});

describe('output', () => {
  it('of 50,000 lines arrives whole and in order, in few messages', async () => {
    const end = await kernel.run('for (let i = 0; i < 50_000; i++) console.log("line " + i)');
    const expected = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join('');
    expect(end.stdout === expected).toBe(true);
    expect(end.outputs.length).toBeLessThan(500);
  });

  it('is seen while a loop that never gives way goes on', async () => {
    const id = kernel.start(
      'const until = Date.now() + 1500; let said = 0; while (Date.now() < until) if (said++ % 100000 === 0) console.log("on")',
    );
    await kernel.wait(({ parentId, type }) => parentId === id && type === 'stream', 10_000);
    expect(ofParent(id).some(({ type }) => type === 'execute_reply')).toBe(false);
    await kernel.end(id);
  });

  it('keeps the order of stdout, stderr and pictures', async () => {
    const end = await kernel.run(
      'import { display } from "tslab"; console.log("a"); console.error("b"); display.html("c"); console.log("d")',
    );
    expect(end.outputs.map(({ type, content }) => content.text?.trim() ?? type)).toEqual([
      'a',
      'b',
      'display_data',
      'd',
    ]);
  });

  it('that comes late lands in the cell that started it', async () => {
    const early = await kernel.run(
      'setTimeout(() => console.log("late"), 300); void (async () => { await new Promise((r) => setTimeout(r, 350)); console.log("later") })()',
    );
    const other = await kernel.run('await new Promise((r) => setTimeout(r, 600)); console.log("own")');
    expect(other.stdout).toBe('own\n');
    expect(
      ofParent(early.id)
        .filter(({ type }) => type === 'stream')
        .map(({ content }) => content.text)
        .join(''),
    ).toBe('late\nlater\n');
  });

  it('of uncaught errors and rejections is told, and the kernel lives', async () => {
    const end = await kernel.run(
      'setTimeout(() => { throw new Error("in a timer") }, 20); void Promise.reject(new Error("unheard")); await new Promise((r) => setTimeout(r, 100))',
    );
    expect(end.stderr).toContain('in a timer');
    expect(end.stderr).toContain('unheard');
    expect((await kernel.run('1')).result).toBe('1');
  });

  it('keeps characters of several bytes whole', async () => {
    const end = await kernel.run(
      'const bytes = Buffer.from("노래🎵"); for (const b of bytes) process.stdout.write(Buffer.from([b]))',
    );
    expect(end.stdout).toBe('노래🎵');
  });

  it('can be replaced by display id, from a later cell too, and cleared', async () => {
    const host = '(globalThis as any)[Symbol.for("diff-svc.kernel")]';
    const first = await kernel.run(`${host}.publish({ "text/plain": "0 %" }, { id: "bar" })`);
    expect(first.outputs[0]!.content).toEqual({
      data: { 'text/plain': '0 %' },
      metadata: {},
      transient: { display_id: 'bar' },
    });
    const second = await kernel.run(
      `${host}.publish({ "text/plain": "9 %" }, { id: "bar", update: true }); ${host}.clearOutput(true)`,
    );
    expect(types(second)).toEqual(['update_display_data', 'clear_output']);
    expect(second.outputs[1]!.content).toEqual({ wait: true });
  });
});

describe('input', () => {
  const ask =
    'const answer = await (globalThis as any)[Symbol.for("diff-svc.kernel")].input("Name? ", { password: true }); answer';

  it('asks on the stdin channel and waits', async () => {
    const id = kernel.start(ask, { allow_stdin: true });
    const request = await kernel.wait(({ type, parentId }) => type === 'input_request' && parentId === id);
    expect(request.content).toEqual({ prompt: 'Name? ', password: true });
    kernel.send('stdin', 'input_reply', { status: 'ok', value: 'alice' });
    expect((await kernel.end(id)).result).toBe("'alice'");
  });

  it('is refused at once where nobody answers', async () => {
    expect((await kernel.run(ask)).reply).toMatchObject({ status: 'error', ename: 'UserError' });
  });

  it('ends with an interrupt', async () => {
    const id = kernel.start(ask, { allow_stdin: true });
    await kernel.wait(({ type, parentId }) => type === 'input_request' && parentId === id);
    kernel.interrupt();
    expect((await kernel.end(id)).reply.ename).toBe('KeyboardInterrupt');
  });
});

describe('questions', () => {
  it('complete names of the language, of earlier cells and of their members', async () => {
    await kernel.run('const melody = { tempoBpm: 90, title: "x" };');
    const complete = async (code: string, cursor_pos = [...code].length): Promise<Received['content']> =>
      (await kernel.request('complete_request', { code, cursor_pos })).content;
    expect(await complete('Math.clz')).toMatchObject({
      status: 'ok',
      matches: ['clz32'],
      cursor_start: 5,
      cursor_end: 8,
    });
    expect((await complete('melody.te')).matches).toEqual(['tempoBpm']);
    expect((await complete('const a = melo')).matches).toContain('melody');
    // positions count code points: the note is one
    expect(await complete('"🎵"; Math.clz')).toMatchObject({
      matches: ['clz32'],
      cursor_start: 10,
      cursor_end: 13,
    });
    expect((await complete('!ls\nmelody.ti')).matches).toEqual(['title']);
  });

  it('inspect types and documentation', async () => {
    const { content } = await kernel.request('inspect_request', {
      code: 'Math.abs',
      cursor_pos: 6,
      detail_level: 0,
    });
    expect(content).toMatchObject({ status: 'ok', found: true });
    expect(content.data['text/plain']).toContain('abs(x: number): number');
    expect(content.data['text/plain']).toContain('absolute value');
    expect((await kernel.request('inspect_request', { code: '  ', cursor_pos: 1 })).content).toMatchObject({
      found: false,
      data: {},
    });
  });

  it.each([
    ['const a = [1,\n2]', 'complete'],
    ['await f()', 'complete'],
    ['!ls', 'complete'],
    ['function f() {', 'incomplete'],
    ['const s = `half', 'incomplete'],
    ['/* half', 'incomplete'],
    ['f(1,', 'incomplete'],
    ['let 1a = ;', 'invalid'],
    ['const x = )', 'invalid'],
    ['%nonsense', 'invalid'],
  ])('tell that %j is %s', async (code, status) => {
    expect((await kernel.request('is_complete_request', { code })).content.status).toBe(status);
  });

  it('are answered while a cell waits, and the kernel says busy after them', async () => {
    const id = kernel.start('await new Promise((r) => setTimeout(r, 500))');
    const { content } = await kernel.request('complete_request', { code: 'Math.ab', cursor_pos: 7 });
    expect(content.matches).toEqual(['abs']);
    await kernel.end(id);
    const states = ofParent(id)
      .filter(({ type }) => type === 'status')
      .map((message) => message.content.execution_state);
    expect(states).toEqual(['busy', 'busy', 'idle']);
  });

  it('give history by tail, range and search', async () => {
    await kernel.run('1 + 10');
    const { reply } = await kernel.run('2 + 20');
    const n: number = reply.execution_count;
    const rows = async (content: object): Promise<unknown> =>
      (await kernel.request('history_request', { raw: true, output: false, ...content })).content.history;
    expect(await rows({ hist_access_type: 'tail', n: 2 })).toEqual([
      [1, n - 1, '1 + 10'],
      [1, n, '2 + 20'],
    ]);
    expect(
      await rows({ hist_access_type: 'range', session: 0, start: n, stop: n + 1, output: true }),
    ).toEqual([[1, n, ['2 + 20', '22']]]);
    expect(await rows({ hist_access_type: 'search', pattern: '1 ? 10', n: 5 })).toEqual([
      [1, n - 1, '1 + 10'],
    ]);
  });

  it('of unknown types get no reply and no trouble', async () => {
    const id = kernel.send('shell', 'unheard_request', {});
    await kernel.wait(({ parentId, content }) => parentId === id && content.execution_state === 'idle');
    await sleep(50);
    expect(ofParent(id).map(({ type }) => type)).toEqual(['status', 'status']);
  });

  it('describe the kernel', async () => {
    const { content } = await kernel.request('kernel_info_request', {}, 'control');
    expect(content).toMatchObject({
      status: 'ok',
      protocol_version: '5.4',
      implementation: 'diff-svc',
      language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
    });
  });
});
