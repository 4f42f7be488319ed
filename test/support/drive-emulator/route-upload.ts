/** `POST /upload/drive/v3/files` and `PATCH .../ID`: media, multipart, and the beginning of a resumable upload. */
import { ApiError, invalid } from './api-error';
import { createItem, parentFor, requireRoom, requireUsableId } from './create-item';
import { type Answer, type Exchange, readBytes, readText, supportsAllDrives } from './exchange';
import { type Metadata, parseMetadata } from './metadata';
import { parseMultipart } from './multipart';
import { requireScope, requireWriter, visibleNode } from './permissions';
import { answerFile } from './route-files';
import { updateItem } from './update-item';

/** @param target file to get new bytes; null = a new file */
export async function upload(exchange: Exchange, target: string | null): Promise<Answer> {
  requireScope(exchange.grant, 'write');
  switch (exchange.query.get('uploadType')) {
    case 'resumable':
      return startSession(exchange, target);
    case 'media':
      return storeWhole(
        exchange,
        target,
        {},
        await readBytes(exchange.request),
        exchange.request.headers['content-type'],
      );
    case 'multipart': {
      const parts = parseMultipart(
        exchange.request.headers['content-type'] ?? '',
        await readBytes(exchange.request),
      );
      return storeWhole(
        exchange,
        target,
        parseMetadata(parts.json, target === null),
        parts.media,
        parts.mediaType,
      );
    }
    default:
      throw invalid('uploadType');
  }
}

function storeWhole(
  exchange: Exchange,
  target: string | null,
  metadata: Metadata,
  bytes: Buffer,
  mimeType = 'application/octet-stream',
): Answer {
  if (exchange.fault?.kind === 'flip') flipMiddle(bytes);
  const full = target === null ? { mimeType, ...metadata } : metadata;
  checkFirst(exchange, target, full, bytes.length);
  const content = exchange.state.contents.store(bytes);
  const node =
    target === null ? createItem(exchange, full, content) : updateItem(exchange, target, full, content);
  return answerFile(exchange, node);
}

/** Everything that can be refused before bytes are sent. */
function checkFirst(
  exchange: Exchange,
  target: string | null,
  metadata: Metadata,
  bytes: number | null,
): void {
  const { state, grant, query } = exchange;
  if (target === null) {
    requireUsableId(exchange, metadata);
    requireRoom(exchange, bytes ?? 0, parentFor(exchange, metadata).id);
    return;
  }
  const node = visibleNode(target, state, grant, supportsAllDrives(query));
  requireWriter(node, state, grant);
  requireRoom(exchange, Math.max(0, (bytes ?? 0) - (node.content?.size ?? 0)), node.parent);
}

async function startSession(exchange: Exchange, target: string | null): Promise<Answer> {
  const { request, query, state, accounts, grant, sessions } = exchange;
  const metadata = parseMetadata(await readText(request), target === null);
  const length = request.headers['x-upload-content-length'];
  const totalBytes = length === undefined ? null : Number(length);
  if (totalBytes !== null && !(Number.isInteger(totalBytes) && totalBytes >= 0)) {
    throw new ApiError(400, 'badRequest', 'Bad Request: X-Upload-Content-Length');
  }
  const type = request.headers['x-upload-content-type'];
  const full = target === null && typeof type === 'string' ? { mimeType: type, ...metadata } : metadata;
  checkFirst(exchange, target, full, totalBytes);
  const session = sessions.start({
    context: { state, accounts, grant, query },
    metadata: full,
    target,
    totalBytes,
    writer: state.contents.writer(),
  });
  const location = new URL(exchange.path, exchange.baseUrl);
  for (const [name, value] of query) location.searchParams.set(name, value);
  location.searchParams.set('upload_id', session.id);
  return { status: 200, headers: { location: location.href, 'x-guploader-uploadid': session.id } };
}

/** Changes one byte in the middle. */
export function flipMiddle(bytes: Buffer): void {
  const middle = bytes.length >> 1;
  if (bytes.length > 0) bytes[middle] = bytes[middle]! ^ 1;
}
