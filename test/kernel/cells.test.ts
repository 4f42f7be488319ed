/** Cells in a running kernel: what TypeScript and other notebooks promise. Expected values are the language's. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JupyterClient } from '../support/jupyter-client';

let kernel: JupyterClient;
const folder = mkdtempSync(join(tmpdir(), 'cells-'));

beforeAll(async () => {
  kernel = await JupyterClient.start({ cwd: folder });
});
afterAll(async () => {
  await kernel?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs cells; returns the last one's result, or its error. */
async function last(...cells: string[]): Promise<string | null> {
  let text: string | null = null;
  for (const cell of cells) {
    const end = await kernel.run(cell);
    text = JupyterClient.errorText(end) || end.result;
  }
  return text;
}

describe('variables across cells', () => {
  it('are seen by later cells, in shorthand properties too', async () => {
    expect(await last('const singer = "alice"; const dir = "/x";', '({ singer, dir })')).toBe(
      "{ singer: 'alice', dir: '/x' }",
    );
  });

  it('are live in functions: declared again or assigned, an old function sees the new value', async () => {
    expect(await last('let lr = 0.1; const rate = () => lr;', 'lr = 0.5;', 'rate()')).toBe('0.5');
    expect(await last('const lr = 0.7;', 'rate()')).toBe('0.7');
    expect(
      await last(
        'function twice(n: number) { return 2 * n } const use = () => twice(4);',
        'function twice(n: number) { return 20 * n }',
        'use()',
      ),
    ).toBe('80');
  });

  it('may be declared again as something else', async () => {
    expect(
      await last(
        'const thing = 1;',
        'function thing() { return 2 }',
        'let thing = "three";',
        'class thing {}',
        'var thing = 4;',
        'enum thing { A = "a" }',
        'thing.A',
      ),
    ).toBe("'a'");
  });

  it('stay when the cell that declared them throws', async () => {
    expect(await last('let before = 1; throw new Error("x"); let after = 2;', 'before')).toBe('1');
    expect(await last('let after = 3; after')).toBe('3');
  });

  it('are not declared by a cell that does not compile', async () => {
    expect(await last('let refused: string = 5;')).toContain(
      "Type 'number' is not assignable to type 'string'",
    );
    expect(await last('refused')).toContain("Cannot find name 'refused'");
  });

  it('keep their types, also when assigned in a later cell', async () => {
    expect(await last('let typed: number | undefined = 1;', 'typed = "x"')).toContain('TS2322');
    expect(
      await last('interface P { n: number } type Q = P & { m?: string };', 'const q: Q = { n: 1, m: 2 }'),
    ).toContain('TS2322');
    expect(await last('const fixed = 1;', 'fixed = 2')).toContain('TS2588');
    expect(await last('const loose = (x) => x;')).toContain('TS7006');
  });

  it("of loops and blocks with var are the cell's", async () => {
    expect(
      await last('for (var i = 0; i < 3; i++) {} if (true) { var { a: deep } = { a: 7 } }', 'i + deep'),
    ).toBe('10');
    expect(await last('var i = 5; var i = 6; i')).toBe('6');
  });

  it('of enums and namespaces hold nothing of an earlier run', async () => {
    expect(await last('enum E { A, B }', 'enum E { C }', 'Object.keys(E).length')).toBe('2');
    expect(await last('namespace N { export const z = 1 }', 'N.z')).toBe('1');
  });
});

describe('a cell', () => {
  it('awaits at its top in every form', async () => {
    expect(await last('await (Promise.resolve(7))')).toBe('7');
    expect(await last('(await [Promise.resolve(3)][0])')).toBe('3');
    expect(
      await last(
        'let sum = 0; for await (const n of (async function* () { yield 1; yield 2 })()) sum += n; sum',
      ),
    ).toBe('3');
    expect(await last('(async () => 5)()')).toBe('5');
  });

  it('shows its last expression, and nothing for undefined or an assignment', async () => {
    expect(await last('1 + 2')).toBe('3');
    expect(await last('"a" + "b";')).toBe("'ab'");
    expect(await last('let z = 1; z = 5')).toBeNull();
    expect(await last('undefined')).toBeNull();
    expect(await last('if (true) { 5 }')).toBeNull();
    expect(await last('{ } // nothing')).toBeNull();
  });

  it('takes labels, closures of loops and generators as the language has them', async () => {
    expect(
      await last(
        'outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; if (a === 2) break outer } } 9',
      ),
    ).toBe('9');
    expect(
      await last(
        'const fs: (() => number)[] = []; for (let k = 0; k < 3; k++) fs.push(() => k); fs.map((f) => f())',
      ),
    ).toBe('[ 0, 1, 2 ]');
    expect(await last('function* g() { let n = 0; while (n < 3) yield n++ } [...g()]')).toBe('[ 0, 1, 2 ]');
    expect(await last('let d = 0; do d++; while (d < 4); d')).toBe('4');
    expect(await last('const ks: string[] = []; for (const k in { x: 1, y: 2 }) ks.push(k); ks')).toBe(
      "[ 'x', 'y' ]",
    );
  });

  it('knows what a module would', async () => {
    expect(await last('__dirname === process.cwd()')).toBe('true');
    expect(await last('require("node:path").basename(__filename)')).toBe("'cell.ts'");
    expect(await last('import.meta.url.startsWith("file:")')).toBe('true');
    expect(await last('export const exported = 1;', 'exported')).toBe('1');
  });

  it('reports places in its own text, through functions of earlier cells', async () => {
    const declared = await kernel.run(
      'interface Unused {\n  n: number;\n}\nfunction deep(n: number): never {\n  throw new TypeError("deep " + n);\n}',
    );
    const n = declared.reply.execution_count;
    const error = (await last('\n  deep(3)')) ?? '';
    expect(error).toContain('TypeError');
    expect(error).toContain('deep 3');
    expect(error).toMatch(new RegExp(`at deep \\(cell \\[${n}\\]:5:9\\)`));
    expect(error).toContain(`at cell [${n + 1}]:2:3`);
    expect(error).toContain('>   5 |   throw new TypeError');
    expect(error).not.toContain('node:inspector');
  });

  it('reports what is no Error, causes, and bigints', async () => {
    expect(await last('throw 5')).toContain('5');
    expect(await last('throw { code: 7 }')).toContain('code: 7');
    expect(await last('throw new Error("outer", { cause: new Error("inner") })')).toContain('inner');
    expect(await last('await Promise.reject(12n)')).toContain('12n');
    expect(await last('12345678901234567890n')).toBe('12345678901234567890n');
  });

  it("shows a value its own way if it has one (Deno's convention)", async () => {
    const end = await kernel.run(
      '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>", "text/plain": "x" }) })',
    );
    expect(end.outputs[0]).toMatchObject({
      type: 'execute_result',
      content: { data: { 'text/html': '<b>x</b>', 'text/plain': 'x' } },
    });
  });
});

describe('modules', () => {
  const write = (name: string, text: string): void => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  };

  it('of the notebook are TypeScript, and are read again however deep the change is', async () => {
    write('lib/deep.ts', 'export const value: number = 1;');
    write(
      'lib/middle.ts',
      'import { value } from "./deep.js"; export const twice = (): number => 2 * value;',
    );
    write('lib/top.ts', 'export * from "./middle"; export default "top";');
    expect(await last('import top, { twice } from "./lib/top"; [top, twice()]')).toBe("[ 'top', 2 ]");
    write('lib/deep.ts', 'export const value: number = 21; // changed');
    expect(await last('import { twice } from "./lib/top"; twice()')).toBe('42');
  });

  it('keep their state while nothing changes', async () => {
    write('counter.ts', 'let n = 0; export const next = (): number => ++n;');
    expect(
      await last('import { next } from "./counter"; next()', 'import { next } from "./counter"; next()'),
    ).toBe('2');
  });

  it('show their own lines in traces', async () => {
    write(
      'thrower.ts',
      'interface Gone { a: string }\n\nexport function fail(): never {\n  throw new Error("here");\n}\n',
    );
    expect(await last('import { fail } from "./thrower"; fail()')).toContain('thrower.ts:4:9');
  });

  it('have their types checked in cells', async () => {
    write('typed.ts', 'export const f = (n: number): string => String(n);');
    expect(await last('import { f } from "./typed"; f("x")')).toContain('TS2345');
  });

  it('are found as packages: exports maps, CommonJS, ES modules, without types', async () => {
    write(
      'node_modules/mapped/package.json',
      '{"name":"mapped","exports":{".":{"types":"./m.d.ts","default":"./m.js"},"./sub":{"types":"./s.d.ts","default":"./s.js"}}}',
    );
    write('node_modules/mapped/m.js', 'exports.m = 1;');
    write('node_modules/mapped/m.d.ts', 'export const m: number;');
    write('node_modules/mapped/s.js', 'exports.s = "sub";');
    write('node_modules/mapped/s.d.ts', 'export const s: string;');
    write('node_modules/esm/package.json', '{"name":"esm","type":"module","exports":{"import":"./i.js"}}');
    write('node_modules/esm/i.js', 'export const e = await Promise.resolve(5); export default "d";');
    write('node_modules/plain/package.json', '{"name":"plain","main":"p.js"}');
    write('node_modules/plain/p.js', 'module.exports = Object.assign(() => "called", { named: 3 });');
    expect(await last('import { m } from "mapped"; import { s } from "mapped/sub"; [m, s]')).toBe(
      "[ 1, 'sub' ]",
    );
    expect(await last('import d, { e } from "esm"; [d, e]')).toBe("[ 'd', 5 ]");
    expect(await last('import p, { named } from "plain"; [p(), named]')).toBe("[ 'called', 3 ]");
    expect(await last('import * as all from "plain"; all.named')).toBe('3');
    expect(await last('(await import("esm")).e')).toBe('5');
  });

  it('that are missing are named, and found once they are there', async () => {
    expect(await last('import { x } from "late-package"')).toContain("Cannot find module 'late-package'");
    write('node_modules/late-package/package.json', '{"name":"late-package","main":"x.js","types":"x.d.ts"}');
    write('node_modules/late-package/x.js', 'exports.x = 8;');
    write('node_modules/late-package/x.d.ts', 'export const x: number;');
    expect(await last('import { x } from "late-package"; x')).toBe('8');
    expect(await last('x + 1')).toBe('9');
  });
});
