/** What the main thread and the thread that owns the sockets say to each other. */
import type { Connection } from './wire';

/** The sockets that carry messages (the heartbeat echoes by itself). */
export type Channel = 'shell' | 'control' | 'stdin' | 'iopub';

/** To the socket thread. */
export type ToSockets =
  | { readonly kind: 'send'; readonly channel: Channel; readonly frames: (Uint8Array | string)[] }
  /** answer `echo` */
  | { readonly kind: 'echo' }
  /** send what is queued, close, then answer `closed` */
  | { readonly kind: 'close' };

/** From the socket thread. */
export type FromSockets =
  | { readonly kind: 'bound' }
  | { readonly kind: 'cannot-bind'; readonly reason: string }
  /** a message with a right signature, not yet read */
  | { readonly kind: 'received'; readonly channel: Channel; readonly frames: Uint8Array[] }
  | { readonly kind: 'interrupt' }
  /** the main thread was stuck and its running code has been broken off */
  | { readonly kind: 'terminated' }
  /** the process that started the kernel is gone */
  | { readonly kind: 'orphaned' }
  /** something was dropped; for the log */
  | { readonly kind: 'dropped'; readonly reason: string }
  | { readonly kind: 'echo' }
  | { readonly kind: 'closed' };

/** What the socket thread is started with. */
export interface SocketThreadData {
  readonly connection: Connection;
  readonly session: string;
  readonly flags: Int32Array;
  /** process id of the front end's server; 1 or less: do not watch */
  readonly parentPid: number;
  /** content of kernel_info_reply */
  readonly kernelInfo: object;
}

/** Frames of one message in the order of `splitFrames`, copied out of the socket's memory. */
export function copyFrames(frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.map((frame) => new Uint8Array(frame));
}
