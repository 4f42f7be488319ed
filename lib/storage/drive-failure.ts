/**
 * What a failed request of Google says, without what it was sent with: the errors of the client library carry the request
 * and so the token; nothing of them is kept.
 */
import { Readable } from 'node:stream';
import type { UserError } from '../config/errors';
import type { Verdict } from './retry';
import { storeError } from './store-errors';

/** One failed try. */
export class DriveFailure extends Error {
  constructor(
    /** HTTP status; null: no answer came */
    readonly status: number | null,
    /** Google's word for it: `storageQuotaExceeded`, `invalid_grant`, or the system's: `ECONNRESET` */
    readonly reason: string,
    message: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'DriveFailure';
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: unknown;
  readonly data?: unknown;
}

/** Turns what the client library threw into a `DriveFailure`; what is none (abort, a defect) passes through. */
export async function toFailure(error: unknown, nowMs: number): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof DriveFailure || error.name === 'AbortError') return error;
  const answer = (error as { response?: Answer }).response;
  if (answer?.status === undefined) {
    const code = systemCode(error);
    return code === '' ? error : new DriveFailure(null, code, `no answer (${code})`);
  }
  const { reason, message } = reasonOf(await bodyOf(answer.data));
  return new DriveFailure(
    answer.status,
    reason,
    `${answer.status} ${reason || message}`.trim(),
    retryAfterMs(headerOf(answer.headers, 'retry-after'), nowMs),
  );
}

/** A header of an answer, whichever class the client library uses. */
export function headerOf(headers: unknown, name: string): string | null {
  if (headers instanceof Object && 'get' in headers && typeof headers.get === 'function') {
    return (headers.get(name) as string | null) ?? null;
  }
  const plain = headers as Record<string, string> | undefined;
  return plain?.[name] ?? null;
}

/** Network errors have a code here or further down. */
function systemCode(error: Error): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
    // a connection that closes within an answer has no code everywhere
    if (/premature close|terminated|socket hang up|network/i.test(at.message)) return 'ECONNRESET';
  }
  return '';
}

async function bodyOf(data: unknown): Promise<unknown> {
  let text = data;
  if (data instanceof Readable) {
    const parts: Buffer[] = [];
    try {
      for await (const part of data) parts.push(Buffer.from(part));
    } catch {
      // half of an error message is enough
    }
    text = Buffer.concat(parts).toString('utf8');
  } else if (data instanceof ArrayBuffer) text = Buffer.from(data).toString('utf8');
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return { error: { message: text.slice(0, 200) } };
  }
}

interface ErrorBody {
  readonly error?:
    | string
    | { readonly message?: string; readonly errors?: readonly { readonly reason?: string }[] };
}

function reasonOf(body: unknown): { reason: string; message: string } {
  const error = (body as ErrorBody | null)?.error;
  if (typeof error === 'string') return { reason: error, message: error };
  return { reason: error?.errors?.[0]?.reason ?? '', message: error?.message ?? '' };
}

function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

const rateLimits = ['rateLimitExceeded', 'userRateLimitExceeded'];

/**
 * Network errors, 408, 429, 5xx and 403 for a rate limit are repeated; everything else is final (Google's guide
 * "Resolve errors"; rclone's drive backend).
 */
export function judgeFailure(error: unknown): Verdict {
  if (!(error instanceof DriveFailure)) return null;
  const { status, reason } = error;
  const temporary =
    status === null ||
    status === 408 ||
    status === 429 ||
    status >= 500 ||
    (status === 403 && rateLimits.includes(reason));
  return temporary ? { afterMs: error.retryAfterMs } : null;
}

const full = ['storageQuotaExceeded', 'quotaExceeded', 'teamDriveFileLimitExceeded'];

/** Whether Drive has no room. */
export function isFull(error: unknown): boolean {
  return error instanceof DriveFailure && error.status === 403 && full.includes(error.reason);
}

/** The store's error for a failure. @param what the thing that was wanted: `to list diff-svc on Google Drive` */
export function explain(error: unknown, what: string): unknown {
  if (!(error instanceof DriveFailure)) return error;
  const { status, reason, message } = error;
  const fail = (...[code, why, remedy]: Parameters<typeof storeError>): UserError =>
    storeError(code, `Expected ${what}, but ${why}`, remedy, error);
  if (
    status === 401 ||
    reason === 'invalid_grant' ||
    reason === 'invalid_client' ||
    reason === 'unauthorized_client'
  ) {
    return fail(
      'store-signed-out',
      `Google no longer accepts the login (${reason || status})`,
      'Run `diff-svc drive login`; what was not uploaded yet lies in the local folder and follows.',
    );
  }
  if (isFull(error)) {
    return fail(
      'store-quota',
      `there is no room (${reason})`,
      'Make room on the Drive: `diff-svc drive du`.',
    );
  }
  if (status === 404) {
    return fail(
      'store-not-found',
      'there is no such file, or the login may not see it',
      'A login for own files only (drive.file) does not see what was put there by hand: `diff-svc drive login --scope drive.readonly`.',
    );
  }
  if (judgeFailure(error) !== null) {
    return fail(
      'store-unavailable',
      `Google did not do it: ${message}`,
      'It is tried again later by itself.',
    );
  }
  return fail(
    'store-denied',
    `Google refuses: ${message}`,
    'Check who owns the file or folder and which scope the login has.',
  );
}
