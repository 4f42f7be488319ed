import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cellSource, type NotebookFile, readNotebook, setFields } from '../../lib/headless/notebook-file';

const folder = mkdtempSync(join(tmpdir(), 'dsvc-notebook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const notebook = (...sources: (string | string[])[]): NotebookFile => ({
  cells: sources.map((source) => ({ cell_type: 'code', source })),
  metadata: {},
  nbformat: 4,
});

describe('setFields', () => {
  it('sets a field wherever it stands, in cells held as lines too', () => {
    const file = notebook(
      [
        'const singer_name = "a"; // #@param {type:"string"}\n',
        'const n = 1; // #@param {type:"integer"}\n',
        'f();',
      ],
      'singer_name = "b" #@param {type:"string"}',
    );
    setFields(
      file,
      new Map([
        ['singer_name', '시키 "x"'],
        ['n', '200'],
      ]),
    );
    expect(file.cells.map(cellSource)).toEqual([
      'const singer_name = "시키 \\"x\\""; // #@param {type:"string"}\nconst n = 200; // #@param {type:"integer"}\nf();',
      'singer_name = "시키 \\"x\\"" #@param {type:"string"}',
    ]);
  });

  it('names the fields that there are when one is not', () => {
    const file = notebook('const steps = 1; // #@param {type:"integer"}');
    expect(() => setFields(file, new Map([['step', '2']]))).toThrow(/for step, the notebook has steps/);
    expect(() => setFields(file, new Map([['steps', 'many']]))).toThrow('a number');
  });
});

describe('readNotebook', () => {
  it.each([
    ['not JSON', 'no'],
    ['another format', '{"nbformat": 3, "worksheets": []}'],
    ['no object', 'null'],
    ['no cells', '{"nbformat": 4}'],
  ])('refuses %s', async (_, text) => {
    const path = join(folder, 'x.ipynb');
    writeFileSync(path, text);
    await expect(readNotebook(path)).rejects.toThrow(expect.objectContaining({ code: 'not-a-notebook' }));
  });

  it('says which file is missing', async () => {
    await expect(readNotebook(join(folder, 'none.ipynb'))).rejects.toThrow(
      expect.objectContaining({ code: 'no-such-file' }),
    );
  });
});
