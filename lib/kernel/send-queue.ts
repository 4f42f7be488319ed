/** Sends on one zeromq socket in the order of the calls. A socket takes one `send` at a time, and waits for its peer. */

/** Anything that sends a message of several frames. */
export interface Sender {
  send(frames: (Uint8Array | string)[]): Promise<void>;
}

/** Messages on their way. */
export interface SendQueue {
  add(frames: (Uint8Array | string)[]): void;
  /** Resolves when everything added so far was taken by zeromq. */
  drained(): Promise<void>;
}

/** A message that cannot be sent (its receiver is gone) is given up, the next one is tried. */
export function createSendQueue(socket: Sender): SendQueue {
  let waiting: (Uint8Array | string)[][] = [];
  let sending: Promise<void> | null = null;
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      for (const frames of batch) await socket.send(frames).catch(() => undefined);
    }
    sending = null;
  };
  return {
    add: (frames) => {
      waiting.push(frames);
      sending ??= sendAll();
    },
    drained: () => sending ?? Promise.resolve(),
  };
}
