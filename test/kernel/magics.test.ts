/** Lines that are not TypeScript. What they mean is IPython's; where they stand decides when they run. */
import { describe, expect, it } from 'vitest';
import { readMagics } from '../../lib/kernel/magics';
import type { Commands } from '../../lib/kernel/runtime';

/** What would be done before the cell, and the code that is left. */
async function read(source: string, known: string[] = []): Promise<{ done: string[]; code: string }> {
  const done: string[] = [];
  const commands: Commands = {
    shell: async (command) => void done.push(`!${command}`),
    lines: async () => [],
    cd: (folder) => void done.push(`cd ${folder}`),
  };
  const { code, first } = readMagics(source, new Set(known));
  for (const each of first) await each(commands);
  return { done, code };
}

describe('magics', () => {
  it('before any code run first, and leave empty lines', async () => {
    expect(await read('// set up\n!npm install x\n%cd repo\nimport "x"')).toEqual({
      done: ['!npm install x', 'cd repo'],
      code: '// set up\n\n\nimport "x"',
    });
  });

  it('after code run in place, with variables filled in and other braces left to the shell', async () => {
    const { done, code } = await read("const dir = 'a';\n!ls {dir} | awk '{print}' `x` $HOME $Y");
    expect(done).toEqual([]);
    expect(code.split('\n')).toHaveLength(2);
    expect(code).toContain(
      'await (globalThis as any).__cell.shell(`ls $' + "{dir} | awk '{print}' \\`x\\` $HOME $Y`)",
    );
  });

  it('may be assigned', async () => {
    expect((await read('const files = !ls -a')).code).toBe(
      'const files = await (globalThis as any).__cell.lines(`ls -a`) as string[];',
    );
  });

  it.each([
    'const a = !b;',
    'const a = !b',
    'let ok = !done && ready;',
    'x = !!y',
    '!(a)',
    'if (!a) b()',
    'const s = `\n!no\n%cd x\n`',
    '/*\n!no\n*/',
    'a\n  % b',
  ])('are not seen in %j', async (source) => {
    expect(await read(source)).toEqual({ done: [], code: source });
  });

  it('that are unknown are refused by name', () => {
    expect(() => readMagics('%matplotlib inline', new Set())).toThrow('%matplotlib inline');
  });

  it("of forms in Python's spelling become comments", async () => {
    expect((await read('#@title Train\nlet x = 1 #@param {type:"integer"}\n// #@markdown a')).code).toBe(
      '//@title Train\nlet x = 1 //@param {type:"integer"}\n// #@markdown a',
    );
  });
});
