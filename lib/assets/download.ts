/**
 * One file from one address, resumably: what has arrived lies in `target.part`, with `target.part.json` saying from
 * which version of the file it is, so that a rerun asks for the rest only (RFC 9110, sections 13.1.5 and 14).
 */
import { readFile, rm, stat } from 'node:fs/promises';
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { UserError } from '../config/errors';
import type { OnProgress } from '../config/progress';
import { writeFileAtomic } from '../storage/atomic-file';
import { writeBody } from './write-body';

/** Surroundings of a download. */
export interface DownloadOptions {
  readonly progress: OnProgress;
  readonly signal: AbortSignal;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed */
  readonly env: NodeJS.ProcessEnv;
  /** no byte for so long: the connection counts as dead */
  readonly stallMs: number;
  /** waits between attempts */
  readonly sleep: (ms: number) => Promise<void>;
}

/** What is asked for. */
export interface Wanted {
  readonly url: string;
  /** the size that it must have; null: as the server says */
  readonly bytes: number | null;
  /** where the bytes gather; complete when `download` returns */
  readonly part: string;
  /** shown while it runs */
  readonly label: string;
}

/** Attempts in a row that bring nothing new before it is given up. */
const fruitlessAttempts = 4;

/**
 * Brings `part` to its whole length, going on where an earlier call stopped.
 * @throws UserError `download-refused` (the server says no: another address may do), `download-broken` (it kept breaking
 *   off), `download-size` (longer or shorter than it must be); the signal's reason. What arrived stays for the next call.
 */
export async function download(wanted: Wanted, options: DownloadOptions): Promise<void> {
  const dispatcher = proxyOf(options.env);
  let fruitless = 0;
  try {
    for (;;) {
      const before = await sizeOf(wanted.part);
      try {
        return await attempt(wanted, before, { ...options, dispatcher });
      } catch (error) {
        options.signal.throwIfAborted();
        if (error instanceof UserError) throw error;
        fruitless = (await sizeOf(wanted.part)) > before ? 0 : fruitless + 1;
        if (fruitless >= fruitlessAttempts) throw brokenOff(wanted, error);
        await options.sleep(1000 * 2 ** (fruitless - 1));
      }
    }
  } finally {
    await dispatcher?.close();
  }
}

type AttemptOptions = DownloadOptions & { readonly dispatcher: Dispatcher | undefined };

async function attempt(wanted: Wanted, have: number, options: AttemptOptions): Promise<void> {
  const version = have > 0 ? await versionOf(wanted) : null;
  const stalled = new AbortController();
  const signal = AbortSignal.any([options.signal, stalled.signal]);
  const response = await withTimeout(options.stallMs, stalled, () =>
    fetch(wanted.url, {
      // identity: byte ranges and sizes are those of the file, not of a compressed answer
      headers: { 'accept-encoding': 'identity', ...rangeOf(have, version) },
      signal,
      ...(options.dispatcher ? { dispatcher: options.dispatcher } : {}),
    }),
  );
  requireSecure(wanted, response);
  if (response.status === 416) {
    await response.body?.cancel();
    if (have > 0 && have === totalOf(response)) return requireSize(wanted, have, null);
    await rm(wanted.part, { force: true });
    throw new Error('the server has another version of the file');
  }
  const offset = offsetOf(response, have, wanted);
  const total = totalOf(response);
  if (wanted.bytes !== null && total !== null && total !== wanted.bytes) throw wrongSize(wanted, total);
  await rememberVersion(wanted, response);
  if (response.body === null) throw new Error('the answer has no content');
  const due = total ?? wanted.bytes;
  await writeBody(response.body, wanted.part, {
    offset,
    stallMs: options.stallMs,
    onStall: () => stalled.abort(stallError()),
    onBytes: (done) => {
      signal.throwIfAborted();
      if (due !== null && done > due) throw wrongSize(wanted, done);
      const total = Math.max(done, due ?? done) / 1e6;
      options.progress({ label: wanted.label, done: done / 1e6, total, unit: 'MB' });
    },
  });
  requireSize(wanted, await sizeOf(wanted.part), total);
  await rm(versionFile(wanted), { force: true });
}

/** Where the bytes of this answer begin. @throws UserError `download-refused` */
function offsetOf(response: Response, have: number, wanted: Wanted): number {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (Number(start) === have) return have;
    throw new Error(`asked for bytes from ${have}, the server sent from ${start ?? 'nowhere'}`);
  }
  // A server that is busy or in trouble may do better in a moment.
  if (response.status === 429 || response.status >= 500)
    throw new Error(`the server answered ${response.status}`);
  throw new UserError(
    'download-refused',
    `Expected ${wanted.url} to give a file, the server answered ${response.status} ${response.statusText}`,
    'The address may have changed: fetch the file with a browser and put it where this program looks for it.',
  );
}

/** Size of the whole file as this answer states it. */
function totalOf(response: Response): number | null {
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (range !== undefined) return Number(range);
  const length = response.headers.get('content-length');
  return response.status === 200 && length !== null ? Number(length) : null;
}

/** The rest of the same version only; another version is sent from its beginning (If-Range). */
function rangeOf(have: number, version: string | null): Record<string, string> {
  return have > 0 && version !== null ? { range: `bytes=${have}-`, 'if-range': version } : {};
}

function versionFile({ part }: Wanted): string {
  return `${part}.json`;
}

async function versionOf(wanted: Wanted): Promise<string | null> {
  const text = await readFile(versionFile(wanted), 'utf8').catch(() => '{}');
  try {
    const { url, version } = JSON.parse(text) as { url?: string; version?: string };
    return url === wanted.url && version !== undefined ? version : null;
  } catch {
    // torn by a crash: the file is fetched from its beginning
    return null;
  }
}

async function rememberVersion(wanted: Wanted, { headers }: Response): Promise<void> {
  const etag = headers.get('etag');
  // A weak validator promises alike content, not alike bytes.
  const version = etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  const record = JSON.stringify({ url: wanted.url, ...(version === null ? {} : { version }) });
  await writeFileAtomic(versionFile(wanted), Buffer.from(record));
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

function requireSize(wanted: Wanted, size: number, stated: number | null): void {
  const due = wanted.bytes ?? stated;
  if (due !== null && size < due) throw new Error(`the connection ended after ${size} of ${due} bytes`);
  if (due !== null && size > due) throw wrongSize(wanted, size);
}

function wrongSize({ url, bytes }: Wanted, found: number): UserError {
  return new UserError(
    'download-size',
    `Expected ${bytes ?? 'fewer'} bytes from ${url}, got ${found}`,
    'This is not the published file: check the address, or fetch the file by hand.',
  );
}

function brokenOff({ url }: Wanted, cause: unknown): UserError {
  const reason = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : '';
  return new UserError(
    'download-broken',
    `Fetching ${url} broke off ${fruitlessAttempts} times in a row: ${reason}`,
    'Check the network (HTTPS_PROXY is obeyed) and try again: it goes on where it stopped.',
    { cause },
  );
}

/** A redirect from https to http would hand the choice of bytes to whoever sits in between. */
function requireSecure({ url }: Wanted, response: Response): void {
  if (!url.startsWith('https:') || response.url.startsWith('https:')) return;
  throw new UserError(
    'download-refused',
    `Expected ${url} to stay on https, but it leads to ${response.url}`,
    'Fetch the file by hand and put it where this program looks for it.',
  );
}

function stallError(): Error {
  return new Error('no data came any more');
}

async function withTimeout<T>(ms: number, abort: AbortController, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => abort.abort(stallError()), ms);
  return work().finally(() => clearTimeout(timer));
}

function proxyOf(env: NodeJS.ProcessEnv): Dispatcher | undefined {
  const https = env.HTTPS_PROXY ?? env.https_proxy;
  const http = env.HTTP_PROXY ?? env.http_proxy;
  if (!https && !http) return undefined;
  return new EnvHttpProxyAgent({
    ...(https ? { httpsProxy: https } : {}),
    ...(http ? { httpProxy: http } : {}),
    noProxy: env.NO_PROXY ?? env.no_proxy ?? '',
  });
}
