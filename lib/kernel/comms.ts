/** Comms of the Jupyter messaging protocol ("Custom Messages"): two-way channels between a cell's code and the front end. */
import { randomUUID } from 'node:crypto';
import { type ActiveCell, owningCell, runInCell } from './cell';
import type { Comm, CommExtras, CommMessage, Comms } from './host';
import type { Publisher } from './publisher';
import type { Json, Message } from './wire';

/** Comms with the kernel's side of them: what the front end sends. */
export interface KernelComms extends Comms {
  onOpen(message: Message): void;
  onMessage(message: Message): void;
  onClose(message: Message): void;
  /** content of comm_info_reply's `comms`; `target` null: all */
  info(target: string | null): Record<string, { target_name: string }>;
}

interface Entry {
  readonly comm: Comm;
  /** the cell that opened it: what its handlers print lands there */
  readonly cell: ActiveCell | null;
}

/** @param publisher sends; messages go out under the header of the cell, or of the message that is being handled */
export function createComms(publisher: Publisher): KernelComms {
  const open = new Map<string, Entry>();
  const targets = new Map<string, (comm: Comm, opening: CommMessage) => void>();
  const send = (type: string, content: object, cell: ActiveCell | null, extras: CommExtras = {}): void =>
    publisher.output(type, content, owningCell() ?? cell, { metadata: {}, ...extras });

  const create = (id: string, target: string): Comm => {
    const cell = owningCell();
    const comm: Comm = {
      id,
      target,
      onMessage: null,
      onClose: null,
      send: (data, extras) => send('comm_msg', { comm_id: id, data }, cell, extras),
      close: (data = {}) => {
        if (open.delete(id)) send('comm_close', { comm_id: id, data }, cell);
      },
    };
    open.set(id, { comm, cell });
    return comm;
  };
  const within = (entry: Entry, work: () => void): void =>
    entry.cell ? runInCell(entry.cell, work) : work();
  return {
    get openCount() {
      return open.size;
    },
    open: (target, data = {}, { id = randomUUID().replaceAll('-', ''), ...extras } = {}) => {
      const comm = create(id, target);
      send('comm_open', { comm_id: id, target_name: target, data }, null, extras);
      return comm;
    },
    registerTarget: (target, onOpen) => {
      targets.set(target, onOpen);
      return () => void targets.delete(target);
    },
    onOpen: (message) => {
      const { comm_id, target_name } = message.content;
      if (typeof comm_id !== 'string' || typeof target_name !== 'string') return;
      const onOpen = targets.get(target_name);
      // The protocol asks for comm_close where nobody knows the target.
      if (!onOpen) publisher.publish('comm_close', { comm_id, data: {} }, message.header);
      else onOpen(create(comm_id, target_name), received(message));
    },
    onMessage: (message) => {
      const entry = open.get(String(message.content.comm_id));
      if (entry) within(entry, () => entry.comm.onMessage?.(received(message)));
    },
    onClose: (message) => {
      const entry = open.get(String(message.content.comm_id));
      if (!entry) return;
      open.delete(entry.comm.id);
      within(entry, () => entry.comm.onClose?.(message.content.data));
    },
    info: (target) =>
      Object.fromEntries(
        [...open.values()]
          .filter(({ comm }) => target === null || comm.target === target)
          .map(({ comm }) => [comm.id, { target_name: comm.target }]),
      ),
  };
}

function received(message: Message): CommMessage {
  const { data } = message.content;
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return { data: isObject ? (data as Json) : {}, metadata: message.metadata, buffers: message.buffers };
}
