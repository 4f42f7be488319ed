/** The host object that cells and the cell library use (`host.ts`), from the kernel's parts. */
import { existsSync } from 'node:fs';
import { currentCell } from './cell';
import type { FrontEndRequests } from './front-end-requests';
import type { Comms } from './host';
import { type CellHook, HOST_KEY, type KernelHost } from './host';
import type { Interrupts } from './interrupts';
import type { Publisher } from './publisher';
import { runShell } from './shell';
import type { Widgets } from './widgets';

/** See `createHost`. */
export interface HostParts {
  readonly publisher: Publisher;
  readonly requests: FrontEndRequests;
  readonly comms: Comms;
  readonly widgets: Widgets;
  readonly interrupts: Interrupts;
  readonly hooks: Set<CellHook>;
}

/** Makes the host and puts it on `globalThis`. */
export function createHost({
  publisher,
  requests,
  comms,
  widgets,
  interrupts,
  hooks,
}: HostParts): KernelHost {
  const host: KernelHost = {
    version: 1,
    frontEnd: isColab() ? 'colab' : 'jupyter',
    publish: (data, { id, update = false, metadata = {} } = {}) => {
      const transient = id === undefined ? {} : { display_id: id };
      publisher.output(
        update ? 'update_display_data' : 'display_data',
        { data, metadata, transient },
        currentCell(),
      );
    },
    clearOutput: (wait = false) => publisher.output('clear_output', { wait }, currentCell()),
    input: (prompt, { password = false } = {}) => requests.input(prompt, password),
    get signal() {
      const cell = currentCell();
      if (!cell) return new AbortController().signal;
      interrupts.signalWasRead(cell);
      return cell.controller.signal;
    },
    get cell() {
      return currentCell();
    },
    comms,
    createWidget: widgets.create,
    colabRequest: requests.colabRequest,
    shell: (command, { quiet = false } = {}) =>
      runShell(
        command,
        (name, text) => {
          const cell = currentCell();
          if (!quiet && cell) publisher.write(name, text, cell);
        },
        currentCell()?.controller.signal,
      ),
    addCellHook: (hook) => {
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
    onOutput: (listener) => {
      publisher.listeners.add(listener);
      return () => void publisher.listeners.delete(listener);
    },
  };
  Object.defineProperty(globalThis, HOST_KEY, { value: host, enumerable: false, configurable: true });
  return host;
}

/** By what Colab's machines have: a release tag, or its folder. */
function isColab(): boolean {
  return Boolean(process.env.COLAB_RELEASE_TAG) || existsSync('/var/colab/hostname');
}
