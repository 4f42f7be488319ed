/**
 * Finds the two chunks of a RIFF file that matter, trusting none of its sizes. wavefile believes what a file says of
 * itself, so it gets only what this module has checked.
 */
import { UserError } from '../config/errors';

/** The contents of the `fmt ` and `data` chunks, as views of the file. */
export interface WavChunks {
  readonly fmt: Uint8Array;
  readonly data: Uint8Array;
}

const CHUNK_HEADER = 8;
/** the fixed part of `fmt `; anything longer than the extensible form (40) is not one */
const [FMT_LEAST, FMT_MOST] = [16, 4096];

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** The error for a file that is not what it should be. */
export function wavError(code: string, name: string, what: string): UserError {
  return new UserError(code, `${name}: ${what}`, 'Export it again as a plain WAV file (16-bit PCM).');
}

/**
 * Walks the chunks of a RIFF/WAVE file up to its data. The RIFF size itself is ignored (many programs write it wrongly);
 * a data chunk that claims more than there is is an error, since the recording is then not whole.
 * @throws UserError `wav-not-riff`, `wav-header`, `wav-truncated`
 */
export function findWavChunks(bytes: Uint8Array, name: string): WavChunks {
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') {
    throw wavError('wav-not-riff', name, 'expected a RIFF/WAVE file, got something else');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let fmt: Uint8Array | undefined;
  for (let at = 12; at + CHUNK_HEADER <= bytes.length; ) {
    const id = tag(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    const present = bytes.length - start;
    if (id === 'data') {
      if (!fmt) throw wavError('wav-header', name, 'expected a "fmt " chunk before the "data" chunk');
      if (size > present) {
        throw wavError(
          'wav-truncated',
          name,
          `truncated: ${size} bytes of samples announced, ${present} present`,
        );
      }
      return { fmt, data: bytes.subarray(start, start + size) };
    }
    if (size > present) break;
    if (id === 'fmt ') {
      if (size < FMT_LEAST || size > FMT_MOST) {
        throw wavError(
          'wav-header',
          name,
          `expected a "fmt " chunk of ${FMT_LEAST} bytes or more, got ${size}`,
        );
      }
      fmt = bytes.subarray(start, start + size);
    }
    at = start + size + (size % 2);
  }
  throw wavError('wav-truncated', name, 'ends before its "data" chunk');
}

/** A minimal WAVE file of a `fmt ` chunk and data, with sizes that are true. */
export function canonicalWav({ fmt, data }: WavChunks): Uint8Array {
  const paddedFmt = fmt.length + (fmt.length % 2);
  const paddedData = data.length + (data.length % 2);
  const out = new Uint8Array(12 + 2 * CHUNK_HEADER + paddedFmt + paddedData);
  const view = new DataView(out.buffer);
  const writeTag = (text: string, at: number) => {
    for (let i = 0; i < 4; i++) out[at + i] = text.charCodeAt(i);
  };
  writeTag('RIFF', 0);
  view.setUint32(4, out.length - CHUNK_HEADER, true);
  writeTag('WAVE', 8);
  writeTag('fmt ', 12);
  view.setUint32(16, fmt.length, true);
  out.set(fmt, 20);
  writeTag('data', 20 + paddedFmt);
  view.setUint32(24 + paddedFmt, data.length, true);
  out.set(data, 28 + paddedFmt);
  return out;
}
