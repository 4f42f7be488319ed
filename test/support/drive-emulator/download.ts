/** Bytes of a file or of a former version of it. */
import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error';
import type { Content } from './contents';
import type { Answer } from './exchange';

/** `alt=media`: all or a range. @throws ApiError 403 fileNotDownloadable for what has no bytes */
export function download(request: IncomingMessage, content: Content | null, mimeType: string): Answer {
  if (!content) {
    throw new ApiError(
      403,
      'fileNotDownloadable',
      'Only files with binary content can be directly downloaded.',
      {
        location: 'alt',
      },
    );
  }
  const { size } = content;
  const headers = { 'content-type': mimeType, 'accept-ranges': 'bytes' };
  const range = byteRange(request.headers.range, size);
  if (range === null) return { status: 200, headers, content: { of: content, from: 0, to: size } };
  if (range.from >= size) {
    return { status: 416, headers: { 'content-range': `bytes */${size}` } };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.from}-${range.to - 1}/${size}` },
    content: { of: content, ...range },
  };
}

/** One range as in RFC 9110 section 14.1; what is not understood is ignored, as that says. */
function byteRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return null;
  if (first === '') return { from: Math.max(0, size - Number(last)), to: size };
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  return to <= Number(first) && Number(first) < size ? null : { from: Number(first), to };
}
