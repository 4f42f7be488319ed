/** What was executed in this session, for history_request. */

/** Cells that are remembered. */
const MAX_CELLS = 10_000;
const SESSION = 1;

/** One entry as the protocol has it: session, line number, input (with output: a pair). */
export type HistoryRow = readonly [number, number, string | readonly [string, string | null]];

/** See the top of this file. */
export class History {
  private cells: { readonly line: number; readonly input: string; output: string | null }[] = [];

  /** Adds a cell; its output may come later by `setOutput`. */
  add(line: number, input: string): void {
    this.cells.push({ line, input, output: null });
    if (this.cells.length > MAX_CELLS) this.cells.shift();
  }

  /** Text of the latest cell's result. */
  setOutput(text: string): void {
    const last = this.cells.at(-1);
    if (last) last.output = text;
  }

  /** Answers a request; `content` is from outside. Jupyter messaging protocol, "History". */
  rows(content: Readonly<Record<string, unknown>>): HistoryRow[] {
    let cells = this.cells;
    const n = count(content.n);
    if (content.hist_access_type === 'range') {
      const other =
        typeof content.session === 'number' && content.session !== 0 && content.session !== SESSION;
      const [start, stop] = [count(content.start) ?? 0, count(content.stop) ?? Number.POSITIVE_INFINITY];
      cells = other ? [] : cells.filter(({ line }) => line >= start && line < stop);
    } else if (content.hist_access_type === 'search') {
      const pattern = globPattern(typeof content.pattern === 'string' ? content.pattern : '*');
      cells = cells.filter(({ input }) => pattern.test(input));
      if (content.unique === true) cells = lastOfEach(cells);
      if (n !== null) cells = cells.slice(-n);
    } else if (n !== null) cells = cells.slice(-n);
    return cells.map(({ line, input, output }) => [
      SESSION,
      line,
      content.output === true ? [input, output] : input,
    ]);
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

/** `*` and `?` as in file names. */
function globPattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  // runs of * are one *: several would take exponential time
  return new RegExp(`^${escaped.replace(/\*+/g, '[^]*').replace(/\?/g, '[^]')}$`);
}

function lastOfEach<T extends { readonly input: string }>(cells: readonly T[]): T[] {
  const last = new Map(cells.map((cell) => [cell.input, cell]));
  return cells.filter((cell) => last.get(cell.input) === cell);
}
