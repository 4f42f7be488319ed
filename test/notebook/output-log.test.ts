import { describe, expect, it } from 'vitest';
import { createOutputLog } from '../../lib/notebook/output-log';
import { cellRun } from './recording-host';

const message = (msgType: string, content: Record<string, unknown>, parentId = 'message') => ({
  ...{ msgType, content, parentId, cellId: 'cell' },
});
const stream = (text: string) => message('stream', { name: 'stdout', text });
const display = (type: string, text: string, id: string, parentId?: string) =>
  message(type, { data: { 'text/plain': text }, metadata: {}, transient: { display_id: id } }, parentId);

describe('createOutputLog', () => {
  it('joins text, applies updates from any cell, and clears when told', () => {
    const log = createOutputLog();
    log.start(cellRun('x'));
    for (const one of [stream('a'), stream('b'), display('display_data', '1', 'bar'), stream('c')])
      log.add(one);
    log.add(display('update_display_data', '2', 'bar', 'another cell'));
    expect(log.runs()[0]).toMatchObject({
      ...{ cellId: 'cell', source: 'x', running: true },
      outputs: [
        { output: { output_type: 'stream', text: 'ab' } },
        { output: { data: { 'text/plain': '2' } }, displayId: 'bar' },
        { output: { text: 'c' } },
      ],
    });
    log.add(message('clear_output', { wait: true }));
    expect(log.runs()[0]!.outputs).toHaveLength(3);
    log.add(stream('d'));
    expect(log.runs()[0]!.outputs.map(({ output }) => output.text)).toEqual(['d']);
  });

  it('keeps a run until a page has seen all of it', () => {
    const log = createOutputLog();
    log.start(cellRun('x'));
    log.end(cellRun('x'));
    log.add(stream('late'));
    expect(log.runs()).toMatchObject([{ running: false, outputs: [{ output: { text: 'late' } }] }]);
    log.forget('message');
    expect(log.runs()).toEqual([]);
  });

  it('keeps the last run of a cell, and of cells without an id none', () => {
    const log = createOutputLog();
    log.start(cellRun('x', { parentId: 'one' }));
    log.start(cellRun('y', { parentId: 'two' }));
    log.start(cellRun('z', { id: null }));
    expect(log.runs().map(({ source }) => source)).toEqual(['y']);
  });

  it('does not grow with a flood', () => {
    const log = createOutputLog();
    log.start(cellRun('x'));
    for (let i = 0; i < 300; i++) log.add(stream('x'.repeat(10_000)));
    expect(String(log.runs()[0]!.outputs[0]!.output.text)).toHaveLength(1_000_000);
  });
});
