/** Outputs of a cell as a notebook file holds them (nbformat 4.5), put together from the kernel's messages. */
import type { LoggedOutput } from './messages';

type Content = Readonly<Record<string, unknown>>;

/** An output and the display id that updates name it by. */
export interface OutputEntry {
  readonly output: LoggedOutput;
  readonly displayId: string | null;
}

const KINDS = ['stream', 'display_data', 'execute_result', 'error'];

/** The list of one run of a cell. */
export class OutputList {
  entries: OutputEntry[] = [];
  private clearNext = false;

  /** @param mostStreamCharacters the beginning of a longer text is left out */
  constructor(private readonly mostStreamCharacters = Number.POSITIVE_INFINITY) {}

  /** Takes a message of this run in. Updates have their own method, because they may come from other cells. */
  add(msgType: string, content: Content): void {
    if (msgType === 'clear_output') {
      if (content.wait === true) this.clearNext = true;
      else this.entries = [];
      return;
    }
    if (!KINDS.includes(msgType)) return;
    if (this.clearNext) this.entries = [];
    this.clearNext = false;
    const { transient: _, ...rest } = content;
    const output = { output_type: msgType, ...rest } as LoggedOutput;
    const last = this.entries.at(-1)?.output;
    if (msgType !== 'stream' || last?.output_type !== 'stream' || last.name !== content.name) {
      this.entries.push({ output, displayId: displayIdOf(content) });
      return;
    }
    const text = (String(last.text) + String(content.text)).slice(-this.mostStreamCharacters);
    this.entries[this.entries.length - 1] = { output: { ...last, text }, displayId: null };
  }

  /** Takes an `update_display_data` in. */
  update(content: Content): void {
    const displayId = displayIdOf(content);
    if (displayId === null) return;
    this.entries = this.entries.map((entry) =>
      entry.displayId === displayId
        ? { displayId, output: { ...entry.output, data: content.data, metadata: content.metadata } }
        : entry,
    );
  }
}

/** The display id in the content of a message, if it has one. */
function displayIdOf(content: Content): string | null {
  const id = (content.transient as { display_id?: unknown } | undefined)?.display_id;
  return typeof id === 'string' ? id : null;
}
