/** Comms and widgets over the wire. Messages as in the Jupyter protocol and ipywidgets' messages.md (2.1.0). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JupyterClient, type Received } from '../support/jupyter-client';

let kernel: JupyterClient;
const host = '(globalThis as any)[Symbol.for("diff-svc.kernel")]';

beforeAll(async () => {
  kernel = await JupyterClient.start();
});
afterAll(() => kernel?.stop());

/** The next comm message of a comm after `from` messages. */
const next = (id: string, from: number, type = 'comm_msg'): Promise<Received> =>
  kernel.wait(
    (message) =>
      kernel.messages.indexOf(message) >= from && message.type === type && message.content.comm_id === id,
  );

describe('a comm', () => {
  it('carries data, metadata and buffers both ways', async () => {
    const end = await kernel.run(
      `const comm = ${host}.comms.open("a.target", { a: 1 }, { id: "c1", metadata: { m: 2 }, buffers: [new Uint8Array([1, 2])] }); comm.onMessage = (message: any) => { comm.send({ echo: message.data }, { buffers: message.buffers }); console.log("heard") };`,
    );
    const opened = end.outputs.find(({ type }) => type === 'comm_open')!;
    expect(opened.content).toEqual({ comm_id: 'c1', target_name: 'a.target', data: { a: 1 } });
    expect(opened.metadata).toEqual({ m: 2 });
    expect([...opened.buffers[0]!]).toEqual([1, 2]);
    const from = kernel.messages.length;
    kernel.send(
      'shell',
      'comm_msg',
      { comm_id: 'c1', data: { b: 3 } },
      { buffers: [Buffer.from([9, 8, 7])] },
    );
    const answer = await next('c1', from);
    expect(answer.content.data).toEqual({ echo: { b: 3 } });
    expect([...answer.buffers[0]!]).toEqual([9, 8, 7]);
    // what its handler prints lands in the cell that opened it
    await kernel.wait(
      ({ type, parentId, content }) => type === 'stream' && parentId === end.id && content.text === 'heard\n',
    );
  });

  it('is listed, by target too, and closed from either side', async () => {
    const listed = async (content: object): Promise<string[]> =>
      Object.keys((await kernel.request('comm_info_request', content)).content.comms);
    expect(await listed({ target_name: 'a.target' })).toEqual(['c1']);
    expect(await listed({ target_name: 'other' })).toEqual([]);
    kernel.send('shell', 'comm_close', { comm_id: 'c1', data: {} });
    expect(await listed({})).toEqual([]);
    const end = await kernel.run(`const c2 = ${host}.comms.open("a.target"); c2.close()`);
    expect(end.outputs.map(({ type }) => type)).toEqual(['comm_open', 'comm_close']);
  });

  it('can be opened by the front end; an unknown target is closed at once', async () => {
    await kernel.run(
      `${host}.comms.registerTarget("mine", (c: any, opening: any) => c.send({ got: opening.data }))`,
    );
    const from = kernel.messages.length;
    kernel.send('shell', 'comm_open', { comm_id: 'f1', target_name: 'mine', data: { x: 1 } });
    expect((await next('f1', from)).content.data).toEqual({ got: { x: 1 } });
    kernel.send('shell', 'comm_open', { comm_id: 'f2', target_name: 'nobody', data: {} });
    await next('f2', from, 'comm_close');
  });
});

describe('a widget', () => {
  it('travels with its binary state, follows updates, echoes them and is there after a reload', async () => {
    const end = await kernel.run(
      `const w = ${host}.createWidget({ _model_name: "ImageModel", _model_module: "@jupyter-widgets/controls", _model_module_version: "2.0.0", value: new Uint8Array([5, 6]), nested: [{ data: new Uint8Array([7]) }], width: "1" }, (changed: any) => console.log(JSON.stringify(changed))); w.id`,
    );
    const id = end.result!.replaceAll("'", '');
    const opened = end.outputs.find(({ type }) => type === 'comm_open')!;
    expect(opened.metadata).toEqual({ version: '2.1.0' });
    expect(opened.content).toMatchObject({
      target_name: 'jupyter.widget',
      data: { buffer_paths: [['value'], ['nested', 0, 'data']] },
    });
    expect(opened.content.data.state).toMatchObject({ width: '1', nested: [{}] });
    expect(opened.content.data.state).not.toHaveProperty('value');
    expect(opened.buffers.map((buffer) => [...buffer])).toEqual([[5, 6], [7]]);

    let from = kernel.messages.length;
    kernel.send(
      'shell',
      'comm_msg',
      { comm_id: id, data: { method: 'update', state: { width: '2' }, buffer_paths: [['value']] } },
      { buffers: [Buffer.from([1])] },
    );
    expect((await next(id, from)).content.data).toMatchObject({
      method: 'echo_update',
      state: { width: '2' },
      buffer_paths: [['value']],
    });
    expect((await kernel.run('[w.state.width, w.state.value.length]')).result).toBe("[ '2', 1 ]");

    from = kernel.messages.length;
    kernel.send('shell', 'comm_open', { comm_id: 'ctl', target_name: 'jupyter.widget.control', data: {} });
    kernel.send('shell', 'comm_msg', { comm_id: 'ctl', data: { method: 'request_states' } });
    const all = await next('ctl', from);
    expect(all.content.data).toMatchObject({
      method: 'update_states',
      buffer_paths: [
        [id, 'state', 'value'],
        [id, 'state', 'nested', 0, 'data'],
      ],
    });
    expect(all.content.data.states[id]).toMatchObject({ model_name: 'ImageModel', state: { width: '2' } });
    expect([...all.buffers[0]!]).toEqual([1]);
  });

  it('knows when the front end has closed it', async () => {
    const id = (
      await kernel.run(`const shut = ${host}.createWidget({ _model_name: "X" }); shut.id`)
    ).result!.replaceAll("'", '');
    kernel.send('shell', 'comm_close', { comm_id: id, data: {} });
    await kernel.request('kernel_info_request', {});
    expect((await kernel.run('shut.closed')).result).toBe('true');
  });
});

describe("Colab's requests", () => {
  it('go out as colab_request and are answered by an input_reply', async () => {
    const id = kernel.start(`await ${host}.colabRequest("request_auth", { authType: "dfs_ephemeral" })`);
    const request = await kernel.wait(({ type, parentId }) => type === 'colab_request' && parentId === id);
    expect(request.content).toEqual({ request: { authType: 'dfs_ephemeral' } });
    expect(request.metadata.colab_request_type).toBe('request_auth');
    kernel.send('stdin', 'input_reply', {
      value: { type: 'colab_reply', colab_msg_id: request.metadata.colab_msg_id, data: { granted: true } },
    });
    expect((await kernel.end(id)).result).toBe('{ granted: true }');
  });

  it('that are refused or not answered become errors', async () => {
    const id = kernel.start(`await ${host}.colabRequest("request_auth", {})`);
    const request = await kernel.wait(({ type, parentId }) => type === 'colab_request' && parentId === id);
    kernel.send('stdin', 'input_reply', {
      value: { type: 'colab_reply', colab_msg_id: request.metadata.colab_msg_id, error: 'denied' },
    });
    expect((await kernel.end(id)).reply.evalue).toContain('denied');
    expect((await kernel.run(`await ${host}.colabRequest("x", {}, 50)`)).reply.evalue).toContain(
      'within 0.05 s',
    );
  });
});
