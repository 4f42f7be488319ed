/**
 * Drive's resumable upload (Google's guide "Upload file data"): a session, then chunks; only the server's `Range` says what
 * it has. The client library has none, so the requests are our own.
 */
import { DriveFailure, isFull, judgeFailure } from './drive-failure';
import type { Requests } from './drive-requests';
import { createPatience } from './retry';
import type { Source, Transfer } from './store';

/** Chunks are multiples of this, but for the last. */
export const chunkUnit = 256 * 1024;

/** Google ends a session after 7 days. */
const sessionLifeMs = 6 * 24 * 3600 * 1000;

/** New sessions that one call may begin: a server that kills each at once must not keep us forever. */
const maxSessions = 5;

/** What is uploaded, and as what. */
export interface Upload {
  readonly name: string;
  readonly bytes: number;
  /** the request that begins a session: a new file (POST), or a new version of one (PATCH) */
  readonly opening: { readonly method: 'POST' | 'PATCH'; readonly path: string; readonly metadata: object };
  readonly source: Source;
  readonly transfer: Transfer;
  /** multiple of `chunkUnit` */
  readonly chunkBytes: number;
  /** whether the whole file is there under its id: asked when a session has died or the id is taken */
  readonly isThere: () => Promise<boolean>;
}

/** Where an upload stands by the server's word. */
type Standing = { readonly done: true } | { readonly done: false; readonly kept: number };

/**
 * Uploads to the end. Goes on in `transfer.session` where it lives.
 * @throws DriveFailure when it is final or the time for repeats is used up; the signal's reason
 */
export async function uploadResumably(requests: Requests, upload: Upload): Promise<void> {
  const { bytes, transfer } = upload;
  const patience = createPatience(requests.rules(transfer.signal));
  let session = usable(transfer.session, requests);
  if (session === null && transfer.session !== null && (await upload.isThere())) return;
  // null: what the server has is not known
  let offset: number | null = null;
  let opened = 0;
  for (;;) {
    transfer.signal?.throwIfAborted();
    try {
      if (session === null) {
        if (++opened > maxSessions)
          throw new DriveFailure(503, 'sessionsLost', 'upload sessions end at once');
        session = await openSession(requests, upload);
        if (session === 'there') return await requireThere(upload);
        await transfer.onSession(session);
        offset = 0;
      }
      const standing: Standing =
        offset === null
          ? await askStanding(requests, session, bytes, transfer.signal)
          : await sendChunk(requests, session, offset, upload);
      if (standing.done) {
        transfer.onBytes?.(bytes);
        return;
      }
      if (offset !== null && standing.kept <= offset)
        await patience.after(new DriveFailure(503, 'nothingKept', 'nothing was kept'));
      else patience.reset();
      offset = standing.kept;
      transfer.onBytes?.(offset);
    } catch (error) {
      offset = null;
      if (session !== null && session !== 'there' && killsSession(error)) {
        session = null;
        await transfer.onSession(null);
        if (isFull(error)) throw error;
        if (await upload.isThere()) return;
        continue;
      }
      await patience.after(error);
    }
  }
}

/** `SINCE URI` as it is written down; null when too old, or not of this server. */
function usable(session: string | null, requests: Requests): string | null {
  if (session === null) return null;
  const [since, uri] = session.split(' ');
  const { clock } = requests.rules();
  if (uri === undefined || clock.now() - Number(since) > sessionLifeMs) return null;
  // The token goes along: a session from elsewhere must not decide where to.
  return new URL(uri, requests.rootUrl).origin === new URL(requests.rootUrl).origin ? session : null;
}

function uriOf(session: string): string {
  return session.slice(session.indexOf(' ') + 1);
}

/** 404, 410 and other refusals; a rate limit or a server that is busy leaves it alive. */
function killsSession(error: unknown): boolean {
  if (!(error instanceof DriveFailure) || error.status === null || error.status === 401) return false;
  return error.status >= 400 && error.status < 500 && judgeFailure(error) === null;
}

async function requireThere(upload: Upload): Promise<void> {
  if (await upload.isThere()) return;
  throw new DriveFailure(409, 'fileIdInUse', `another file has the id of ${upload.name}`);
}

/** A new session, or `there` when a file has this id already. */
async function openSession(requests: Requests, upload: Upload): Promise<string | 'there'> {
  const { method, path, metadata } = upload.opening;
  try {
    const answer = await requests.once({
      method,
      url: `${path}?uploadType=resumable&supportsAllDrives=true`,
      headers: {
        'Content-Type': 'application/json; charset=UTF-8',
        'X-Upload-Content-Type': 'application/octet-stream',
        'X-Upload-Content-Length': String(upload.bytes),
      },
      body: JSON.stringify(metadata),
      signal: upload.transfer.signal,
    });
    const location = answer.header('location');
    if (location === null) throw new DriveFailure(502, 'noLocation', 'no upload session was given');
    return `${requests.rules().clock.now()} ${location}`;
  } catch (error) {
    if (error instanceof DriveFailure && error.status === 409) return 'there';
    throw error;
  }
}

async function askStanding(
  requests: Requests,
  session: string,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<Standing> {
  const answer = await requests.once({
    method: 'PUT',
    url: uriOf(session),
    headers: { 'Content-Range': `bytes */${bytes}` },
    body: '',
    signal,
  });
  return standingOf(answer.status, answer.header('range'), bytes);
}

async function sendChunk(
  requests: Requests,
  session: string,
  offset: number,
  upload: Upload,
): Promise<Standing> {
  const { bytes, source, transfer, chunkBytes } = upload;
  if (bytes === 0) return askStanding(requests, session, 0, transfer.signal);
  const length = Math.min(chunkBytes, bytes - offset);
  const answer = await requests.once({
    method: 'PUT',
    url: uriOf(session),
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `bytes ${offset}-${offset + length - 1}/${bytes}`,
    },
    body: await source.read(offset, length),
    signal: transfer.signal,
  });
  return standingOf(answer.status, answer.header('range'), bytes);
}

/** 308 without `Range`: nothing was kept. */
function standingOf(status: number, range: string | null, bytes: number): Standing {
  if (status !== 308) return { done: true };
  if (range === null) return { done: false, kept: 0 };
  const last = Number(/^bytes=0-(\d+)$/.exec(range)?.[1] ?? Number.NaN);
  if (!(last < bytes)) throw new DriveFailure(502, 'badRange', `an answer with Range ${range}`);
  return { done: false, kept: last + 1 };
}
