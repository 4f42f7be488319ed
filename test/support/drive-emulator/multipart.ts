/** Bodies of `uploadType=multipart`: metadata, then media (RFC 2387). */
import { ApiError } from './api-error';

/** The two parts. */
export interface Parts {
  readonly json: string;
  readonly media: Buffer;
  readonly mediaType: string;
}

/** @throws ApiError 400 badContent unless there are exactly two well-formed parts, the first of them JSON */
export function parseMultipart(contentType: string, body: Buffer): Parts {
  const match = /^multipart\/related\s*;.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) throw malformed();
  const parts = split(body, boundary);
  const [first, second] = parts;
  if (!first || !second || parts.length !== 2 || !/^application\/json/i.test(first.type)) throw malformed();
  const media = /base64/i.test(second.encoding)
    ? Buffer.from(second.content.toString('latin1'), 'base64')
    : second.content;
  return { json: first.content.toString('utf8'), media, mediaType: second.type };
}

interface Part {
  readonly type: string;
  readonly encoding: string;
  readonly content: Buffer;
}

function split(body: Buffer, boundary: string): Part[] {
  const parts: Part[] = [];
  let at = body.indexOf(`--${boundary}`);
  while (at >= 0) {
    const start = at + boundary.length + 2;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const end = body.indexOf(`\n--${boundary}`, start);
    if (end < 0) break;
    parts.push(parsePart(body.subarray(start, body[end - 1] === 13 ? end - 1 : end)));
    at = end + 1;
  }
  throw malformed();
}

/** Header lines end with CRLF, some clients send LF only. */
function parsePart(part: Buffer): Part {
  const text = part.toString('latin1', 0, Math.min(part.length, 4096));
  const gap = /\r?\n\r?\n/.exec(text);
  if (!gap) throw malformed();
  const headers = text.slice(0, gap.index);
  const header = (name: string) => new RegExp(`^${name}:\\s*(.+?)\\s*$`, 'im').exec(headers)?.[1] ?? '';
  return {
    type: header('content-type') || 'application/octet-stream',
    encoding: header('content-transfer-encoding'),
    content: part.subarray(gap.index + gap[0].length),
  };
}

function malformed(): ApiError {
  return new ApiError(400, 'badContent', 'Malformed multipart body.');
}
