/** Runs cells: hooks, magics, check, compile, run, result. Knows nothing of messages. */
import { type ActiveCell, KeyboardInterrupt, runInCell } from './cell';
import { compileCell } from './compile';
import { describe, TypeScriptError } from './diagnostics';
import type { CellHook, CellOutcome } from './host';
import type { Interrupts } from './interrupts';
import type { Language } from './language';
import { readMagics } from './magics';
import { forgetChanged } from './modules';
import type { Repl } from './repl';
import type { Commands } from './runtime';
import { protectedFromInterrupt } from './shared-flags';
import { addSourceMap } from './source-maps';

/** How a cell ended. */
export type Ended =
  | { readonly outcome: 'ok'; readonly value: unknown }
  | { readonly outcome: Exclude<CellOutcome, 'ok'>; readonly error: unknown };

/** What an executor is made of. */
export interface ExecutorParts {
  readonly language: Language;
  readonly repl: Repl;
  readonly interrupts: Interrupts;
  readonly commands: Commands;
  readonly hooks: ReadonlySet<CellHook>;
  readonly flags: Int32Array;
}

/** See the top of this file. One cell at a time. */
export class Executor {
  private scripts = 0;
  private value: unknown;

  constructor(private readonly parts: ExecutorParts) {}

  /** Takes the value of the running cell's last expression. */
  readonly takeResult = (value: unknown): void => {
    this.value = value;
  };

  /** Runs a cell to its end, which may be an interrupt; never throws. */
  async run(cell: ActiveCell): Promise<Ended> {
    this.parts.interrupts.setRunning(cell);
    this.value = undefined;
    const work = runInCell(cell, () => this.runCode(cell));
    work.catch(() => undefined);
    let ended: Ended;
    try {
      await Promise.race([work, cell.givenUp]);
      ended = { outcome: 'ok', value: this.value };
    } catch (error) {
      // It may have come while the cell waited for a program, which it then ended.
      this.parts.interrupts.onInterrupt();
      ended = isInterrupt(error, cell)
        ? { outcome: 'interrupted', error: new KeyboardInterrupt() }
        : { outcome: 'error', error };
    }
    this.parts.interrupts.setRunning(null);
    cell.ended = true;
    ended = await runInCell(cell, () => this.afterHooks(cell, ended));
    this.value = undefined;
    return ended;
  }

  /** Value of an expression in terms of all cells. @throws what it throws */
  async evaluate(expression: string): Promise<unknown> {
    this.value = undefined;
    await this.parts.repl.run(compileCell(`(${expression})`, 'expression').code);
    return this.value;
  }

  private async runCode(cell: ActiveCell): Promise<void> {
    let source = cell.source;
    for (const hook of this.parts.hooks) if (hook.before) source = await hook.before(source, cell);
    const { code, first } = readMagics(source, this.parts.language.names());
    for (const command of first) await command(this.parts.commands);
    if (cell.stopped) throw new KeyboardInterrupt();
    const script = `cell-${++this.scripts}`;
    const compiled = protectedFromInterrupt(this.parts.flags, () => this.compile(code, script));
    addSourceMap(script, `cell [${cell.executionCount}]`, source, compiled.map);
    await this.parts.repl.run(compiled.code);
  }

  /** @throws TypeScriptError */
  private compile(code: string, script: string): { code: string; map: string } {
    const { language } = this.parts;
    forgetChanged();
    const checked = language.check(code, process.cwd());
    if (checked.findings.length > 0) {
      throw new TypeScriptError(checked.findings.map((finding) => describe(finding, code)));
    }
    const compiled = compileCell(code, script);
    // Known from now on, also if the cell throws half-way: what it had declared by then is there.
    language.commit(checked);
    return compiled;
  }

  private async afterHooks(cell: ActiveCell, ended: Ended): Promise<Ended> {
    try {
      for (const hook of this.parts.hooks) await hook.after?.(cell, ended.outcome);
      return ended;
    } catch (error) {
      return ended.outcome === 'ok' ? { outcome: 'error', error } : ended;
    }
  }
}

/** V8 says in its own words that it broke code off; calls that take the signal say that they were aborted. */
function isInterrupt(error: unknown, cell: ActiveCell): boolean {
  if (error instanceof KeyboardInterrupt) return true;
  if (!(error instanceof Error)) return false;
  return (
    error.message.endsWith(TERMINATED) ||
    (cell.interrupts > 0 && (cell.stopped || error.name === 'AbortError'))
  );
}

const TERMINATED = 'Execution was terminated';
