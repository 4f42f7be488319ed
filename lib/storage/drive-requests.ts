/** Requests to Google with one layer of repeats, a new token after 401, and no token in any error. */
import type { auth } from 'googleapis/build/src/apis/drive';
import { DriveFailure, headerOf, judgeFailure, toFailure } from './drive-failure';
import { type Clock, type RetryRules, retrying } from './retry';

/** An authorised client of Google's library: OAuth, service account or application-default credentials. */
export type DriveAuth = InstanceType<typeof auth.OAuth2>;

/** What requests need. */
export interface RequestOptions {
  readonly auth: DriveAuth;
  /** `https://www.googleapis.com/`, or the emulator's */
  readonly rootUrl: string;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /** longest time for the repeats of one request */
  readonly retryBudgetMs: number;
}

/** A raw request; `path` is a URL or relative to the root. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
  readonly stream?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Its answer: 2xx or 308. */
export interface RawAnswer {
  readonly status: number;
  readonly data: unknown;
  header(name: string): string | null;
}

/** How long a request may stay without an answer. */
const answerMs = 120_000;

/** Everything of `RequestOptions` as functions. */
export interface Requests {
  readonly rootUrl: string;
  /** rules of repeats, for those who repeat on their own */
  rules(signal?: AbortSignal): RetryRules;
  /** one try, with a fresh token after a 401; throws `DriveFailure` */
  once(request: RawRequest): Promise<RawAnswer>;
  /** a call of the client library, repeated; `options` must be passed on to it */
  call<T>(
    invoke: (options: { rootUrl: string; retry: false; timeout: number }) => Promise<{ data: T }>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** Binds requests to an account. */
export function createRequests(options: RequestOptions): Requests {
  const { auth, rootUrl, clock } = options;
  const rules = (signal?: AbortSignal): RetryRules => ({
    clock,
    random: options.random,
    budgetMs: options.retryBudgetMs,
    judge: judgeFailure,
    ...(signal ? { signal } : {}),
  });
  /** One try; a 401 may mean that the token ended early, so one more with another token. */
  const attempt = async <T>(send: () => Promise<T>): Promise<T> => {
    for (let refreshed = false; ; refreshed = true) {
      try {
        return await send();
      } catch (error) {
        const failure = await toFailure(error, clock.now());
        if (refreshed || !(failure instanceof DriveFailure) || failure.status !== 401) throw failure;
        auth.setCredentials({ ...auth.credentials, expiry_date: 1 });
      }
    }
  };
  return {
    rootUrl,
    rules,
    once: (request) => attempt(() => sendRaw(auth, rootUrl, request)),
    call: (invoke, signal) =>
      retrying(rules(signal), () =>
        attempt(async () => (await invoke({ rootUrl, retry: false, timeout: answerMs })).data),
      ),
  };
}

async function sendRaw(auth: DriveAuth, rootUrl: string, request: RawRequest): Promise<RawAnswer> {
  const { status, data, headers } = await auth.request({
    url: new URL(request.url, rootUrl).href,
    method: request.method,
    ...(request.headers ? { headers: request.headers } : {}),
    // a Buffer, not a stream: only then can it be sent again
    ...(request.body === undefined
      ? {}
      : {
          data:
            typeof request.body === 'string'
              ? request.body
              : Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength),
        }),
    ...(request.stream ? { responseType: 'stream' as const } : { timeout: answerMs }),
    ...(request.signal ? { signal: request.signal } : {}),
    retry: false,
    // 308 is an answer of resumable uploads, not a redirect
    validateStatus: (code: number) => (code >= 200 && code < 300) || code === 308,
  });
  return { status, data, header: (name) => headerOf(headers, name) };
}
