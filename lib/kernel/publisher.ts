/** Everything that goes out on iopub passes here: in order with the streams, under the header of its cell. */
import type { ActiveCell } from './cell';
import type { CellOutput } from './host';
import type { Sockets } from './sockets';
import { createStreams, type StreamName } from './streams';
import type { Header } from './wire';

/** Message types that are outputs of a cell. */
const OUTPUTS = new Set([
  'stream',
  'display_data',
  'update_display_data',
  'execute_result',
  'error',
  'clear_output',
]);

/** See `createPublisher`. */
export interface Publisher {
  /** A message that is not a cell's: status, input echo, answers to comm messages. */
  publish(
    type: string,
    content: object,
    parent: Header | null,
    extras?: { metadata?: object; buffers?: readonly Uint8Array[] },
  ): void;
  /** An output of a cell; without a cell it goes out with no parent. */
  output(
    type: string,
    content: object,
    cell: ActiveCell | null,
    extras?: { metadata?: object; buffers?: readonly Uint8Array[] },
  ): void;
  write(name: StreamName, chunk: string | Uint8Array, cell: ActiveCell): void;
  flush(): void;
  readonly listeners: Set<(output: CellOutput) => void>;
}

/**
 * @param sockets takes the messages
 * @param onHold see `createStreams`
 */
export function createPublisher(sockets: Pick<Sockets, 'send'>, onHold: (held: boolean) => void): Publisher {
  const listeners = new Set<(output: CellOutput) => void>();
  const send: Publisher['publish'] = (type, content, parent, extras = {}) =>
    sockets.send('iopub', { identities: [type], type, content, parent, ...extras });
  const announce = (type: string, content: object, cell: ActiveCell | null): void => {
    if (!cell || !OUTPUTS.has(type)) return;
    const output = {
      msgType: type,
      content: content as Record<string, unknown>,
      parentId: cell.parentId,
      cellId: cell.id,
    };
    for (const listener of listeners) listener(output);
  };
  const streams = createStreams((name, text, cell) => {
    send('stream', { name, text }, cell.request.header);
    announce('stream', { name, text }, cell);
  }, onHold);
  return {
    listeners,
    flush: streams.flush,
    write: streams.write,
    publish: (type, content, parent, extras) => {
      streams.flush();
      send(type, content, parent, extras);
    },
    output: (type, content, cell, extras) => {
      streams.flush();
      send(type, content, cell?.request.header ?? null, extras);
      announce(type, content, cell);
    },
  };
}
