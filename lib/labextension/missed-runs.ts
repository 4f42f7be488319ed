/** Gives a cell the outputs that this page missed, and follows the rest of its run. */
import type { LoggedRun } from '../forms/messages';
import type { Cell, Message } from './jupyter';

/** A run that goes on in the kernel and that this page did not start. */
export interface Follower {
  /** @returns whether the run has ended */
  hear(message: Message): boolean;
}

/**
 * Shows what the run has put out so far.
 * @returns null if the cell's text is no longer what ran, or if the run is over
 */
export function showMissedRun(cell: Cell, run: LoggedRun): Follower | null {
  if (cell.model.sharedModel.getSource() !== run.source) return null;
  cell.model.outputs.fromJSON(run.outputs.map(({ output }) => output));
  const ids = run.outputs.map(({ displayId }) => displayId);
  if (!run.running) {
    finish(cell, run);
    return null;
  }
  cell.model.executionCount = null;
  if (cell.model.executionState !== undefined) cell.model.executionState = 'running';
  cell.setPrompt?.('*');
  return { hear: (message) => hear(cell, run, ids, message) };
}

function finish(cell: Cell, run: LoggedRun): void {
  if (cell.model.executionState !== undefined) cell.model.executionState = 'idle';
  cell.model.executionCount = run.executionCount;
}

function hear(
  cell: Cell,
  run: LoggedRun,
  ids: (string | null)[],
  { header, parent_header, content }: Message,
): boolean {
  const displayId = (content.transient as { display_id?: string } | undefined)?.display_id ?? null;
  if (header.msg_type === 'update_display_data' && displayId !== null) {
    for (const [i, id] of ids.entries()) {
      const { data, metadata } = content;
      if (id === displayId)
        cell.model.outputs.set(i, { ...cell.model.outputs.get(i).toJSON(), data, metadata });
    }
  }
  if (parent_header.msg_id !== run.parentId) return false;
  switch (header.msg_type) {
    case 'clear_output':
      cell.model.outputs.clear(content.wait === true);
      ids.length = 0;
      return false;
    case 'stream':
    case 'display_data':
    case 'execute_result':
    case 'error':
      add(cell, ids, header.msg_type, content, displayId);
      return false;
    case 'status':
      if (content.execution_state !== 'idle') return false;
      finish(cell, run);
      return true;
    default:
      return false;
  }
}

function add(
  cell: Cell,
  ids: (string | null)[],
  type: string,
  { transient: _, ...content }: Record<string, unknown>,
  displayId: string | null,
): void {
  cell.model.outputs.add({ output_type: type, ...content });
  // Text joins the stream before it, so the place of an output is known only now.
  ids.length = cell.model.outputs.length;
  ids[ids.length - 1] ??= displayId;
}
