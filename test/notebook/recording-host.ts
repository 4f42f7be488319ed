/** A host that keeps what is published, for the parts that need no kernel around them. */
import {
  type CellRun,
  type Comm,
  type CommMessage,
  HOST_KEY,
  type KernelHost,
  type MimeBundle,
  type Widget,
} from '../../lib/kernel/host';

export interface Published {
  readonly data: MimeBundle;
  readonly id: string | undefined;
  readonly update: boolean;
}

/** What a widget of the host can do beyond `Widget`: change as if the person had. */
export interface RecordedWidget extends Widget {
  change(state: Record<string, unknown>): void;
}

export interface RecordingHost extends KernelHost {
  readonly published: Published[];
  readonly widgets: RecordedWidget[];
  currentCell: CellRun | null;
  /** Opens a comm as the front end would. @returns what the kernel sent on it, and how to send to it */
  openComm(
    target: string,
    data: Record<string, unknown>,
  ): { sent: object[]; send(data: Record<string, unknown>): void };
}

/** A cell run with an id. */
export function cellRun(source: string, more: Partial<CellRun> = {}): CellRun & { nextInputs: string[] } {
  const nextInputs: string[] = [];
  return {
    ...{
      id: 'cell',
      parentId: 'message',
      session: 'page',
      source,
      executionCount: 1,
      silent: false,
      allowsInput: true,
      metadata: {},
    },
    setNextInput: (text) => void nextInputs.push(text),
    ...more,
    nextInputs,
  };
}

export function createRecordingHost(): RecordingHost {
  const published: Published[] = [];
  const widgets: RecordedWidget[] = [];
  const targets = new Map<string, (comm: Comm, opening: CommMessage) => void>();
  const unused = (): never => {
    throw new Error('Not part of this host');
  };
  const host: RecordingHost = {
    ...{ version: 1, frontEnd: 'jupyter', published, widgets, currentCell: null },
    publish: (data, { id, update = false } = {}) => void published.push({ data, id, update }),
    clearOutput: unused,
    input: unused,
    signal: new AbortController().signal,
    get cell() {
      return host.currentCell;
    },
    comms: {
      open: unused,
      registerTarget: (target, onOpen) => {
        targets.set(target, onOpen);
        return () => targets.delete(target);
      },
      openCount: 0,
    },
    createWidget: (initial, onChange) => {
      const state = { ...initial };
      let closed = false;
      const id = `w${widgets.length}`;
      const widget: RecordedWidget = {
        ...{ id, ref: `IPY_MODEL_${id}`, state, view: { 'widget-view': id } },
        get closed() {
          return closed;
        },
        set: (partial) => void Object.assign(state, partial),
        close: () => {
          closed = true;
        },
        change: (partial) => {
          Object.assign(state, partial);
          onChange?.(partial);
        },
      };
      widgets.push(widget);
      return widget;
    },
    colabRequest: unused,
    shell: unused,
    addCellHook: unused,
    onOutput: () => () => undefined,
    openComm: (target, data) => {
      const sent: object[] = [];
      const comm: Comm = {
        id: 'c',
        target,
        send: (message) => void sent.push(message),
        close: unused,
        onMessage: null,
        onClose: null,
      };
      const message = (content: Record<string, unknown>): CommMessage => ({
        data: content,
        metadata: {},
        buffers: [],
      });
      targets.get(target)!(comm, message(data));
      return { sent, send: (content) => comm.onMessage!(message(content)) };
    },
  };
  return host;
}

/** Runs `action` with the host where cell code finds it. */
export async function withHost<T>(host: KernelHost, action: () => T | Promise<T>): Promise<T> {
  const place = globalThis as { [HOST_KEY]?: KernelHost };
  place[HOST_KEY] = host;
  try {
    return await action();
  } finally {
    delete place[HOST_KEY];
  }
}
