import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportNotebook } from '../../lib/headless/export-notebook';
import type { NotebookFile } from '../../lib/headless/notebook-file';
import { type RunNotebookOptions, runNotebook } from '../../lib/headless/run-notebook';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'dsvc-headless-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function write(...sources: string[]): string {
  const path = join(folder, `n${++count}.ipynb`);
  const cells = sources.map((source) => ({
    cell_type: 'code',
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  writeFileSync(path, JSON.stringify({ cells, metadata: { kept: true }, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

const read = (path: string): NotebookFile => JSON.parse(readFileSync(path, 'utf8')) as NotebookFile;

async function run(
  path: string,
  more: Partial<RunNotebookOptions> = {},
): Promise<{ printed: string; saved: NotebookFile }> {
  let printed = '';
  const out = `${path}.out`;
  const options: RunNotebookOptions = {
    ...{ notebook: path, out, values: new Map(), timeoutSeconds: null, allowErrors: false },
    ...{ progress: () => undefined, signal: new AbortController().signal },
    onText: (text) => {
      printed += text;
    },
    ...more,
  };
  await runNotebook(options);
  return { printed, saved: read(out) };
}

describe('runNotebook', () => {
  it("sets fields, runs the cells in the notebook's folder and saves their outputs", async () => {
    const path = write(
      'steps = 1 #@param {type:"integer"}',
      `import { createNotebookProgress } from 'diff-svc/notebook';
const bar = createNotebookProgress();
for (let done = 0; done <= steps; done++) bar.report({ label: 'a', done, total: steps, unit: 'steps' });
bar.close();`,
      'console.log(process.cwd());\nsteps * 2',
    );
    const { printed, saved } = await run(path, { values: new Map([['steps', '21']]) });
    expect(printed).toContain(`${folder}\n`);
    expect(saved.cells[0]!.source).toBe('steps = 21 #@param {type:"integer"}');
    expect(saved.cells.map((cell) => cell.execution_count)).toEqual([1, 2, 3]);
    // the bar's last state, as HTML and text, without a widget that nobody can show any more
    expect(saved.cells[1]!.outputs).toEqual([
      expect.objectContaining({
        data: {
          'text/plain': expect.stringContaining('21/21'),
          'text/html': expect.stringContaining('aria-valuenow="21"'),
        },
      }),
    ]);
    expect(saved.cells[2]!.outputs!.at(-1)).toMatchObject({
      output_type: 'execute_result',
      data: { 'text/plain': '42' },
    });
    expect(saved.metadata).toEqual({ kept: true });
  });

  it('stops at a cell that fails, with everything saved', async () => {
    const path = write('console.log("before")', 'throw new RangeError("too far")', 'console.log("after")');
    await expect(run(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'cell-failed',
        message: expect.stringContaining('RangeError: too far'),
      }),
    );
    const saved = read(`${path}.out`);
    expect(saved.cells[0]!.outputs).toHaveLength(1);
    expect(saved.cells[1]!.outputs).toMatchObject([{ output_type: 'error', ename: 'RangeError' }]);
    expect(saved.cells[2]!.outputs).toEqual([]);
    const { printed } = await run(path, { allowErrors: true });
    expect(printed).toContain('after');
  });

  it('ends a cell that takes too long and keeps what it saved', async () => {
    const path = write(
      'try { for (;;) await new Promise((r) => setTimeout(r, 20)); } finally { console.log("saved"); }',
    );
    await expect(run(path, { timeoutSeconds: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'cell-timeout' }),
    );
    expect(JSON.stringify(read(`${path}.out`).cells[0]!.outputs)).toContain('saved');
  });

  it('passes an interrupt on to the cell', async () => {
    const abort = new AbortController();
    const path = write(
      'console.log("go");\ntry { for (;;) await new Promise((r) => setTimeout(r, 20)); } finally { console.log("saved"); }',
      'console.log("next")',
    );
    const { saved } = await run(path, {
      signal: abort.signal,
      onText: (text) => void (text.includes('go') && abort.abort()),
    });
    expect(JSON.stringify(saved.cells[0]!.outputs)).toContain('saved');
    expect(saved.cells[1]!.outputs).toEqual([]);
  });

  it('says how the kernel ended', async () => {
    await expect(run(write('process.exit(7)'))).rejects.toThrow(
      expect.objectContaining({ code: 'kernel-died' }),
    );
  });
});

describe('exportNotebook', () => {
  it('gives a script that runs like the cells, with fields as flags', () => {
    const path = write(
      'const singer_name = "a"; // #@param {type:"string"}\nuse = True #@param {type:"boolean"}',
      `import { join } from 'node:path';\nfunction f(): number { return 1; }\nconst g = () => f();\nconst { x, y } = { x: 1, y: 2 };`,
      `import { join } from 'node:path';\n!echo shell {singer_name}\nconst lines = !echo one; echo two\nfunction f() { return 2; }\nconst { x, z } = { x: 3, z: 4 };\nconst singer_name2 = { singer_name };`,
      `console.log(JSON.stringify([singer_name, use, join('a', 'b'), g(), x, y, z, lines, singer_name2]));`,
    );
    const script = join(folder, 'script.mjs');
    writeFileSync(script, exportNotebook(read(path), 'n.ipynb'));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [script, '--singer_name', '시키', '--use', 'false'],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as unknown;
    expect(last).toEqual(['시키', false, 'a/b', 2, 3, 2, 4, ['one', 'two'], { singer_name: '시키' }]);
    expect(stdout).toContain('shell');
  });

  it('finds our package where it runs, and names no folder of this machine', () => {
    const path = write(
      `import { table as say, useLanguage } from 'diff-svc/notebook';\nuseLanguage('ko');`,
      `import * as library from 'diff-svc/notebook';\nconsole.log(typeof say, library.useLanguage === useLanguage);`,
    );
    const text = exportNotebook(read(path), 'n.ipynb');
    expect(text).not.toContain(root);
    const script = join(folder, 'own.mjs');
    writeFileSync(script, text);
    const here = spawnSync(process.execPath, [script], { encoding: 'utf8', cwd: join(root, 'notebooks') });
    expect(here.stderr).toBe('');
    expect(here.stdout).toBe('function true\n');
    const elsewhere = spawnSync(process.execPath, [script], { encoding: 'utf8', cwd: folder });
    expect(elsewhere.stderr).toContain('Expected diff-svc in a folder above');
  });

  it('names the cell that is no TypeScript', () => {
    expect(() => exportNotebook(read(write('1', 'const = 2')), 'n')).toThrow(/cell 2/);
  });
});
