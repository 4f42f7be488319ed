/** stdout and stderr of cells: gathered into few messages, in order, never lost. */
import { StringDecoder } from 'node:string_decoder';
import type { ActiveCell } from './cell';
import { clearTimeout, setTimeout } from './plain-timers';

/** Which stream. */
export type StreamName = 'stdout' | 'stderr';

/** Text waits this long for more. */
const GATHER_MS = 20;
/** In that time so many messages go out at once; a loop that prints, and then gives way no more, is seen so far. */
const AT_ONCE = 4;
/** Characters of a message, about. */
const GATHER_LENGTH = 64 * 1024;

/** See `createStreams`. */
export interface Streams {
  write(name: StreamName, chunk: string | Uint8Array, cell: ActiveCell): void;
  /** Hands on what waits: before any other output, so that the order stays. */
  flush(): void;
}

/**
 * @param emit takes one message's text
 * @param onHold hears whether text is held back; a timer releases it, but not while a loop never gives way
 */
export function createStreams(
  emit: (name: StreamName, text: string, cell: ActiveCell) => void,
  onHold: (held: boolean) => void,
): Streams {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  let waiting: { name: StreamName; cell: ActiveCell; texts: string[]; length: number } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let [since, sent] = [0, 0];
  const flush = (): void => {
    if (timer) {
      clearTimeout(timer);
      onHold(false);
    }
    timer = null;
    const now = waiting;
    waiting = null;
    if (now) emit(now.name, now.texts.join(''), now.cell);
  };
  const hold = (): void => {
    if (timer) return;
    timer = setTimeout(flush, GATHER_MS);
    onHold(true);
  };
  return {
    flush,
    write: (name, chunk, cell) => {
      const text = typeof chunk === 'string' ? chunk : decoders[name].write(Buffer.from(chunk));
      if (text === '') return;
      if (waiting && (waiting.name !== name || waiting.cell !== cell)) flush();
      waiting ??= { name, cell, texts: [], length: 0 };
      waiting.texts.push(text);
      waiting.length += text.length;
      const now = performance.now();
      if (now - since >= GATHER_MS) [since, sent] = [now, 0];
      if (sent >= AT_ONCE && waiting.length < GATHER_LENGTH) return hold();
      sent++;
      flush();
    },
  };
}

/**
 * Leads what the process writes to stdout and stderr into `take`; what it does not want (false) goes where it went before.
 */
export function captureProcessStreams(take: (name: StreamName, chunk: string | Uint8Array) => boolean): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const original = stream.write.bind(stream);
    const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      const bytes = typeof chunk === 'string' && isBinary(encoding) ? Buffer.from(chunk, encoding) : chunk;
      if (!take(name, bytes)) return original(chunk as string, encoding as never, done as never);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    };
    stream.write = write as typeof stream.write;
  }
}

function isBinary(encoding: unknown): encoding is BufferEncoding {
  return typeof encoding === 'string' && encoding !== 'utf8' && encoding !== 'utf-8';
}
