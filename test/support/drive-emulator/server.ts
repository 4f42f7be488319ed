/** HTTP around the routes: matches faults, logs, answers. */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, usualReason } from './api-error';
import { readContent } from './contents';
import { type Answer, ConnectionReset, type Exchange, readText, type Services } from './exchange';
import type { Fault, FaultAction, Faults } from './faults';
import type { OAuthServer } from './oauth';
import { route } from './router';

/** One line of the log. */
export interface LoggedRequest {
  /** 1 = the first of the emulator's life */
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly contentRange: string;
  /** 0: the connection was reset, or is still held */
  status: number;
  /** kind of the fault that hit it */
  readonly fault: string | null;
}

/** What the handler works with. */
export interface ServerParts extends Services {
  readonly faults: Faults;
  readonly oauth: OAuthServer;
  readonly log: LoggedRequest[];
}

const TOKEN_PATHS = ['/token', '/o/oauth2/token', '/oauth2/v4/token'];

/** Handles one request to its end; never throws. */
export async function handle(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // kept here: a request that was given up forgets its socket
  const { socket } = request;
  const host = request.headers.host ?? '127.0.0.1';
  const baseUrl = `${'encrypted' in socket ? 'https' : 'http'}://${host}/`;
  const url = new URL(request.url ?? '/', baseUrl);
  const target = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: decodeURIComponent(url.search.slice(1).replaceAll('+', ' ')),
    page: parts.pages.numberOf(url.searchParams.get('pageToken')),
    contentRange: request.headers['content-range'] ?? '',
  };
  const fault = parts.faults.take(target);
  const kind = fault?.rule.action.kind ?? null;
  const logged: LoggedRequest = { ...target, n: parts.log.length + 1, status: 0, fault: kind };
  parts.log.push(logged);
  // A client that is killed resets the connection; that is no error of ours.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    await before(parts, fault, request);
    const answer = await answerTo(parts, request, url, baseUrl, fault?.rule.action ?? null);
    await after(fault, request);
    logged.status = answer.status;
    await send(response, answer, fault?.rule.action ?? null);
  } catch (error) {
    if (error instanceof ConnectionReset || response.headersSent) socket.destroy();
    else await sendError(request, response, error, logged);
  }
}

async function before(parts: ServerParts, fault: Fault | null, request: IncomingMessage): Promise<void> {
  if (!fault) return;
  const { action } = fault.rule;
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (action.kind === 'expireToken') parts.accounts.expire(token);
  if (action.kind === 'revokeToken') parts.accounts.revoke(token);
  await interrupt(fault, 'before', request);
}

async function after(fault: Fault | null, request: IncomingMessage): Promise<void> {
  if (fault) await interrupt(fault, 'after', request);
}

/** Announces the fault and, if it is due now, carries it out. */
async function interrupt(fault: Fault, when: 'before' | 'after', request: IncomingMessage): Promise<void> {
  const { action } = fault.rule;
  const due = 'when' in action ? (action.when ?? 'before') : 'before';
  if (due !== when) return;
  fault.announceHit();
  if (action.kind === 'drop') throw new ConnectionReset();
  if (action.kind === 'status') throw scriptedError(action);
  if (action.kind === 'hold') await hold(fault, request);
}

function scriptedError(action: Extract<FaultAction, { kind: 'status' }>): ApiError {
  const { status, reason = usualReason(status), retryAfterSeconds } = action;
  return new ApiError(
    status,
    reason,
    `Scripted ${reason}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

/** @throws ConnectionReset if the client goes away while it waits */
async function hold(fault: Fault, request: IncomingMessage): Promise<void> {
  const { socket } = request;
  setMaxListeners(0, socket);
  const gone = new Promise<'gone'>((resolve) => {
    if (socket.destroyed) resolve('gone');
    socket.once('close', () => resolve('gone'));
  });
  const outcome = await Promise.race([gone, fault.released]);
  if (outcome === 'gone') throw new ConnectionReset();
}

async function answerTo(
  parts: ServerParts,
  request: IncomingMessage,
  url: URL,
  baseUrl: string,
  fault: FaultAction | null,
): Promise<Answer> {
  const { pathname, searchParams } = url;
  const { oauth } = parts;
  const method = request.method ?? 'GET';
  if (method === 'GET' && pathname === '/o/oauth2/v2/auth') return oauth.authorize(searchParams);
  if (method === 'POST' && TOKEN_PATHS.includes(pathname))
    return oauth.token(new URLSearchParams(await readText(request)));
  if (method === 'POST' && pathname === '/device/code')
    return oauth.startDevice(new URLSearchParams(await readText(request)));
  if (method === 'POST' && pathname === '/revoke') {
    const form = new URLSearchParams(await readText(request));
    return oauth.revoke(searchParams.get('token') ?? form.get('token'));
  }
  const grant = parts.accounts.authenticate(request.headers.authorization);
  const exchange: Exchange = {
    ...parts,
    request,
    method,
    path: pathname,
    query: searchParams,
    grant,
    fault,
    baseUrl,
  };
  return route(exchange);
}

async function send(response: ServerResponse, answer: Answer, fault: FaultAction | null): Promise<void> {
  const { status, headers = {}, json, content } = answer;
  const body = json === undefined ? null : Buffer.from(JSON.stringify(json));
  const length = content ? content.to - content.from : (body?.length ?? 0);
  response.writeHead(status, {
    ...headers,
    ...(body ? { 'content-type': 'application/json; charset=UTF-8' } : {}),
    ...(status === 204 ? {} : { 'content-length': length }),
    date: new Date().toUTCString(),
  });
  if (!content) {
    response.end(body);
    return;
  }
  const cut = fault?.kind === 'truncate' ? Math.min(length, fault.bytes) : length;
  let first = true;
  for (const piece of readContent(content.of, content.from, content.from + cut)) {
    if (fault?.kind === 'flip' && first) piece[piece.length >> 1]! ^= 1;
    first = false;
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  if (cut < length) response.destroy();
  else response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    };
    response.on('drain', settle);
    response.on('close', settle);
  });
}

async function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  logged: LoggedRequest,
): Promise<void> {
  // Unread bytes of a request would make the client see a reset instead of the answer.
  for await (const _ of request.iterator({ destroyOnReturn: false }));
  const known = error instanceof ApiError ? error : new ApiError(500, 'internalError', String(error));
  if (!(error instanceof ApiError)) console.error('drive emulator:', error);
  logged.status = known.status;
  const { retryAfterSeconds } = known.options;
  await send(
    response,
    {
      status: known.status,
      json: known.body(),
      ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
    },
    null,
  );
}
