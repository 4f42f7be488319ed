/**
 * The kernel's end of comm target `diff-svc.forms`, which the JupyterLab extension opens: it draws the forms itself, asks
 * for folders to pick files from, and gets back the outputs that a page missed while it was closed.
 */
import { type FieldMark, FORMS_TARGET, type ToFrontEnd, type ToKernel } from '../forms/messages';
import type { CellRun, Comm, KernelHost } from '../kernel/host';
import { listFolder } from './file-listing';
import { createOutputLog } from './output-log';

/** Where the cell library finds the marks of the kernel's forms. */
export const MARKS_KEY: unique symbol = Symbol.for('diff-svc.form-marks') as never;

/** Shows marks at the fields of a cell; no marks take them away. */
export type SetMarks = (cellId: string, marks: readonly FieldMark[]) => void;

export interface FormComms {
  /** whether the front end of this session draws forms */
  drawsForms(session: string): boolean;
  cellStarts(cell: CellRun): void;
  cellEnds(cell: CellRun): void;
}

/** Registers the comm target. */
export function serveFormComms(host: KernelHost): FormComms {
  const open = new Map<Comm, string>();
  const log = createOutputLog();
  host.onOutput(log.add);
  host.comms.registerTarget(FORMS_TARGET, (comm, opening) => {
    open.set(comm, String(opening.data.session));
    comm.onClose = () => open.delete(comm);
    comm.onMessage = ({ data }) => {
      const message = data as ToKernel;
      if (message.kind === 'seen') log.forget(message.parentId);
      if (message.kind === 'list') void sendListing(comm, message.request, message.path);
    };
    // Whatever ran without this page: it was closed or reloaded meanwhile.
    send(comm, { kind: 'missed', runs: log.runs() });
  });
  const setMarks: SetMarks = (cellId, marks) => {
    for (const comm of open.keys()) send(comm, { kind: 'marks', cellId, marks });
  };
  (globalThis as { [MARKS_KEY]?: SetMarks })[MARKS_KEY] = setMarks;
  return {
    drawsForms: (session) => [...open.values()].includes(session),
    cellStarts(cell) {
      log.start(cell);
      if (cell.id !== null) setMarks(cell.id, []);
    },
    cellEnds: (cell) => log.end(cell),
  };
}

async function sendListing(comm: Comm, request: number, path: string): Promise<void> {
  send(comm, { kind: 'listing', request, ...(await listFolder(path)) });
}

function send(comm: Comm, message: ToFrontEnd): void {
  comm.send(message);
}
