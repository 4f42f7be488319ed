/**
 * What cells have put out. A page that is closed or reloaded while a cell runs loses the rest of its outputs; from this
 * log it gets them when it comes back.
 */
import type { LoggedRun } from '../forms/messages';
import { OutputList } from '../forms/outputs';
import type { CellOutput, CellRun } from '../kernel/host';

export interface OutputLog {
  start(cell: CellRun): void;
  end(cell: CellRun): void;
  add(output: CellOutput): void;
  /** A page has the whole run: it needs to be kept no longer. */
  forget(parentId: string): void;
  runs(): LoggedRun[];
}

/** A flood of text loses its beginning in the log; the page that stayed open has it all. */
const MOST_STREAM_CHARACTERS = 1_000_000;
const MOST_RUNS = 50;

interface Run extends Omit<LoggedRun, 'running' | 'outputs'> {
  running: boolean;
  seen: boolean;
  readonly outputs: OutputList;
}

/** An empty log. Only cells with an id are kept, the last run of each. */
export function createOutputLog(): OutputLog {
  const runs = new Map<string, Run>();
  const byParent = (parentId: string): Run | undefined =>
    [...runs.values()].find((run) => run.parentId === parentId);
  return {
    start({ id, parentId, source, executionCount, silent }) {
      if (id === null || silent) return;
      // Last in the order of the map: the oldest goes first.
      runs.delete(id);
      const outputs = new OutputList(MOST_STREAM_CHARACTERS);
      runs.set(id, { cellId: id, parentId, source, executionCount, running: true, seen: false, outputs });
      if (runs.size > MOST_RUNS) runs.delete(runs.keys().next().value!);
    },
    end({ parentId }) {
      const run = byParent(parentId);
      if (run !== undefined) run.running = false;
      if (run?.seen) runs.delete(run.cellId);
    },
    forget(parentId) {
      const run = byParent(parentId);
      if (run === undefined) return;
      run.seen = true;
      if (!run.running) runs.delete(run.cellId);
    },
    add({ msgType, content, parentId }) {
      if (msgType === 'update_display_data') for (const run of runs.values()) run.outputs.update(content);
      else byParent(parentId)?.outputs.add(msgType, content);
    },
    runs: () =>
      [...runs.values()].map(({ seen: _, outputs, ...run }) => ({ ...run, outputs: outputs.entries })),
  };
}
