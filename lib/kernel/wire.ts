/**
 * The Jupyter wire format: frames of a zeromq message to a message and back, with its signature.
 * Source: Jupyter messaging protocol 5.4, "The Wire Protocol".
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** Version of the messaging protocol that the kernel speaks. */
export const PROTOCOL_VERSION = '5.4';

const DELIMITER = '<IDS|MSG>';

/** A connection file, as the front end writes it. */
export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly iopub_port: number;
  readonly hb_port: number;
  /** empty: messages are not signed (Colab) */
  readonly key: string;
  readonly signature_scheme?: string;
}

/** Header of a message; others may carry more. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session?: string;
  readonly username?: string;
  readonly date?: string;
  readonly version?: string;
}

/** Any JSON object. */
export type Json = Record<string, unknown>;

/** A received message. */
export interface Message {
  /** routing prefix: goes back with the reply */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parentHeader: Json;
  readonly metadata: Json;
  readonly content: Json;
  readonly buffers: readonly Uint8Array[];
}

/** The frames of a message, told apart but not read. */
export interface RawMessage {
  readonly identities: readonly Uint8Array[];
  readonly signature: Uint8Array;
  /** header, parent header, metadata, content as JSON */
  readonly parts: readonly Uint8Array[];
  readonly buffers: readonly Uint8Array[];
}

/** A message to be sent. */
export interface Outgoing {
  readonly identities: readonly (Uint8Array | string)[];
  readonly type: string;
  readonly content: object;
  /** header of the message that caused this one; null: none did */
  readonly parent: Header | null;
  readonly metadata?: object;
  readonly buffers?: readonly Uint8Array[];
}

/** Bytes that are no message, or not one of somebody who knows the key. Such messages are dropped. */
export class WireError extends Error {}

/**
 * Tells the frames of a message apart.
 * @throws WireError if there is no delimiter or fewer than four parts
 */
export function splitFrames(frames: readonly Uint8Array[]): RawMessage {
  const at = frames.findIndex((frame) =>
    Buffer.from(frame.buffer, frame.byteOffset, frame.length).equals(DELIMITER_BYTES),
  );
  if (at < 0) throw new WireError('a message without delimiter');
  const parts = frames.slice(at + 2, at + 6);
  if (parts.length < 4) throw new WireError(`a message of ${parts.length} parts, expected 4`);
  return {
    identities: frames.slice(0, at),
    signature: frames[at + 1]!,
    parts,
    buffers: frames.slice(at + 6),
  };
}

const DELIMITER_BYTES = Buffer.from(DELIMITER);

/** Whether the signature is that of the key; always so with an empty key. */
export function isSignedBy(raw: RawMessage, connection: Connection): boolean {
  if (!connection.key) return true;
  const expected = Buffer.from(sign(raw.parts, connection));
  return expected.length === raw.signature.length && timingSafeEqual(expected, raw.signature);
}

/**
 * Reads the four JSON parts.
 * @throws WireError if one is not a JSON object, or the header lacks msg_id or msg_type
 */
export function readMessage(raw: RawMessage): Message {
  const [header, parentHeader, metadata, content] = raw.parts.map(readPart) as [Json, Json, Json, Json];
  const { msg_id, msg_type } = header;
  if (typeof msg_id !== 'string' || typeof msg_type !== 'string') {
    throw new WireError('a header without msg_id and msg_type');
  }
  return {
    identities: raw.identities,
    header: header as Json & Header,
    parentHeader,
    metadata,
    content,
    buffers: raw.buffers,
  };
}

function readPart(part: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part.buffer, part.byteOffset, part.length).toString('utf8'));
  } catch (error) {
    throw new WireError(`a part that is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('a part that is not a JSON object');
  }
  return value as Json;
}

/** The frames of a message, signed; JSON as strings, because strings are cheap to hand to another thread. */
export function writeMessage(
  message: Outgoing,
  connection: Connection,
  session: string,
): (Uint8Array | string)[] {
  const header = {
    msg_id: randomUUID(),
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    msg_type: message.type,
    version: PROTOCOL_VERSION,
  };
  const parts = [header, message.parent ?? {}, message.metadata ?? {}, message.content].map((part) =>
    JSON.stringify(part),
  );
  const signature = connection.key ? sign(parts, connection) : '';
  return [...message.identities, DELIMITER, signature, ...parts, ...(message.buffers ?? [])];
}

function sign(parts: readonly (Uint8Array | string)[], connection: Connection): string {
  const algorithm = (connection.signature_scheme ?? 'hmac-sha256').replace(/^hmac-/, '');
  const hmac = createHmac(algorithm, connection.key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}
