/** Pieces of a resumable upload, PUT or POST (rclone posts) to the session's address. */
import { ApiError } from './api-error';
import { createItem, requireRoom } from './create-item';
import { type Answer, ConnectionReset, type Exchange } from './exchange';
import { parentOf } from './metadata';
import { answerFile } from './route-files';
import { flipMiddle } from './route-upload';
import { BLOCK_BYTES, finishContent, type Session } from './sessions';
import { updateItem } from './update-item';

/** Content-Range of a piece: `from` null = a question for the state, `total` null = not yet known. */
interface Piece {
  readonly from: number | null;
  readonly to: number;
  readonly total: number | null;
}

/** @throws ApiError 404 for a session that is unknown or older than a week, 400 for a piece that does not fit */
export async function continueUpload(exchange: Exchange): Promise<Answer> {
  const id = exchange.query.get('upload_id') ?? '';
  if (exchange.fault?.kind === 'expireSession') exchange.sessions.forget(id);
  const session = exchange.sessions.find(id);
  if (!session) throw new ApiError(404, 'notFound', 'Not Found: upload session');
  if (session.finished !== null) return answerFinished(exchange, session);
  const piece = parsePiece(exchange, session);
  if (piece.total !== null) session.totalBytes = piece.total;
  if (piece.from !== null) {
    if (session.busy) throw new ApiError(503, 'backendError', 'Another request is writing to this upload.');
    session.busy = true;
    await receive(exchange, session, piece).finally(() => {
      session.busy = false;
    });
  }
  return session.writer.size === session.totalBytes ? finish(exchange, session) : incomplete(session);
}

function answerFinished(exchange: Exchange, session: Session): Answer {
  exchange.request.resume();
  return answerFile({ ...exchange, query: session.context.query }, exchange.state.node(session.finished!));
}

function incomplete(session: Session): Answer {
  const { size } = session.writer;
  return { status: 308, headers: size === 0 ? {} : { range: `bytes=0-${size - 1}` } };
}

/** The strict rules of the protocol [doc]. */
function parsePiece({ request }: Exchange, session: Session): Piece {
  const header = request.headers['content-range'];
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (header === undefined) {
    if (Number.isNaN(length)) throw bad('a whole upload needs Content-Length');
    return checkPiece({ from: length === 0 ? null : 0, to: length, total: length }, session);
  }
  const question = /^bytes \*\/(\d+|\*)$/.exec(header);
  if (question) return checkPiece({ from: null, to: 0, total: number(question[1]!) }, session);
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header);
  if (!match) throw bad(`Content-Range ${header}`);
  const piece = { from: Number(match[1]), to: Number(match[2]) + 1, total: number(match[3]!) };
  if (!Number.isNaN(length) && length !== piece.to - piece.from) {
    throw bad(`${length} bytes in the body, ${piece.to - piece.from} in Content-Range`);
  }
  return checkPiece(piece, session);
}

function checkPiece(piece: Piece, session: Session): Piece {
  const { from, to, total } = piece;
  if (session.totalBytes !== null && total !== null && total !== session.totalBytes) {
    throw bad(`the upload has ${session.totalBytes} bytes, not ${total}`);
  }
  if (from === null) return piece;
  if (from !== session.writer.size) throw bad(`byte ${session.writer.size} is expected next, not ${from}`);
  if (to <= from || (total !== null && to > total)) throw bad('Content-Range is empty or beyond the end');
  if (to !== total && (to - from) % BLOCK_BYTES !== 0)
    throw bad(`pieces are multiples of ${BLOCK_BYTES} bytes`);
  return piece;
}

function number(text: string): number | null {
  return text === '*' ? null : Number(text);
}

function bad(rule: string): ApiError {
  return new ApiError(400, 'badRequest', `Invalid upload request: ${rule}`);
}

/** Writes whole blocks as they come, so that an interrupted piece leaves what had arrived. */
async function receive({ request, fault }: Exchange, session: Session, piece: Piece): Promise<void> {
  const limit =
    fault?.kind === 'keep' ? Math.floor(fault.bytes / BLOCK_BYTES) * BLOCK_BYTES : Number.POSITIVE_INFINITY;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let kept = 0;
  const flush = (bytes: number): void => {
    const all = Buffer.concat(held);
    const take = Math.min(bytes, limit - kept);
    if (fault?.kind === 'flip' && kept === 0) flipMiddle(all.subarray(0, take));
    session.writer.append(all.subarray(0, take));
    kept += take;
    held = [all.subarray(bytes)];
    heldBytes = all.length - bytes;
  };
  try {
    for await (const bytes of request.iterator({ destroyOnReturn: false })) {
      held.push(bytes);
      heldBytes += bytes.length;
      if (heldBytes >= BLOCK_BYTES) flush(heldBytes - (heldBytes % BLOCK_BYTES));
      if (kept >= limit && fault?.kind === 'keep' && fault.end === 'drop') break;
    }
  } catch {
    throw new ConnectionReset();
  }
  if (fault?.kind === 'keep' && fault.end === 'drop') throw new ConnectionReset();
  if (piece.to === piece.total) flush(heldBytes);
}

function finish(exchange: Exchange, session: Session): Answer {
  const { context, metadata, target } = session;
  const before = target === null ? null : context.state.node(target);
  const more = session.writer.size - (before?.content?.size ?? 0);
  try {
    requireRoom(context, Math.max(0, more), before?.parent ?? parentOf(metadata));
  } catch (error) {
    exchange.sessions.forget(session.id);
    throw error;
  }
  const content = finishContent(session);
  const node =
    target === null ? createItem(context, metadata, content) : updateItem(context, target, metadata, content);
  session.finished = node.id;
  return answerFile({ ...exchange, query: context.query }, node);
}
