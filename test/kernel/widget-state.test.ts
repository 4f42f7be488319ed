/** Binary values in widget states: taken out and put back. Examples after ipywidgets' messages.md, "buffer_paths". */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinState, splitState } from '../../lib/kernel/widget-state';

describe('a state with binary values', () => {
  it("is split as the protocol's example has it", () => {
    const state = {
      shader: 'GLSL',
      ar: { shape: [1, 1], data: new Uint8Array([1]) },
      list: [new Uint8Array([2]).buffer, 5],
    };
    const { state: rest, paths, buffers } = splitState(state);
    expect(rest).toEqual({ shader: 'GLSL', ar: { shape: [1, 1] }, list: [null, 5] });
    expect(paths).toEqual([
      ['ar', 'data'],
      ['list', 0],
    ]);
    expect(buffers.map((buffer) => [...buffer])).toEqual([[1], [2]]);
  });

  it('comes back whole', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
        fc.uint8Array(),
        fc.array(tie('value')),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), value), (state) => {
        const { state: rest, paths, buffers } = splitState(state as Record<string, unknown>);
        const overTheWire = JSON.parse(JSON.stringify(rest)) as Record<string, unknown>;
        expect(joinState(overTheWire, paths, buffers)).toEqual(state);
      }),
    );
  });

  it('takes paths that lead nowhere, or to prototypes, as none', () => {
    const buffer = [new Uint8Array([1])];
    for (const paths of [
      [['a', 'b', 'c']],
      [[]],
      ['x'],
      7,
      null,
      [['__proto__', 'polluted']],
      [['constructor', 'prototype', 'polluted']],
    ]) {
      expect(joinState({ a: 1 }, paths, buffer)).toEqual({ a: 1 });
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
