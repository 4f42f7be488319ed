/**
 * Logging in to Google with the person's own client id: through a browser on this machine (RFC 8252 loopback redirect with
 * PKCE, RFC 7636), or by a code typed on any other machine (RFC 8628 device flow, which of Drive may have `drive.file` only).
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../config/errors';
import type { GoogleEndpoints, Tokens } from './google-auth';
import type { Clock } from './retry';

/** Which client asks for what. */
export interface LoginOptions {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly endpoints: GoogleEndpoints;
  /** short names: `drive.file`, `drive.readonly`, `drive` */
  readonly scopes: readonly string[];
  /** shows the person what to open */
  readonly say: (text: string) => void;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const prefix = 'https://www.googleapis.com/auth/';

/** Full names, as Google wants them. */
function scopeText(scopes: readonly string[]): string {
  return scopes.map((scope) => (scope.startsWith('https:') ? scope : prefix + scope)).join(' ');
}

/** Short names of granted scopes. */
export function shortScopes(granted: string | undefined): string[] {
  return (granted ?? '')
    .split(' ')
    .filter((scope) => scope.startsWith(prefix))
    .map((scope) => scope.slice(prefix.length));
}

/** Logs in through a browser on this machine. @throws UserError `login-denied`, `login-failed` */
export async function loginByBrowser(options: LoginOptions): Promise<Tokens> {
  const verifier = randomBytes(48).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const server = createServer();
  // Only programs of this machine reach it, and only an answer with our state counts.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirect = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const consent = new URL(options.endpoints.consentUrl);
    consent.search = new URLSearchParams({
      client_id: options.clientId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: scopeText(options.scopes),
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    }).toString();
    options.say(`Open this address in a browser on this machine:\n${consent.href}`);
    const code = await answerAt(server, state, options.signal);
    return await requestTokens(options, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Waits for the browser to come back with a code. */
function answerAt(server: Server, state: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    server.on('request', (request, response) => {
      const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
      if (query.get('state') !== state) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
      response.end('Done. You can close this page and go back to diff-svc.\n');
      const code = query.get('code');
      if (code !== null) resolve(code);
      else reject(denied(query.get('error') ?? 'no code'));
    });
  });
}

interface DeviceAnswer {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_url?: string;
  readonly verification_uri?: string;
  readonly expires_in: number;
  readonly interval?: number;
}

/**
 * Logs in by a code that is typed at google.com/device on any machine.
 * @throws UserError `login-scope` if more than drive.file is wanted, `login-denied`, `login-failed`
 */
export async function loginByDevice(options: LoginOptions): Promise<Tokens> {
  const { clock, endpoints, scopes } = options;
  if (scopes.some((scope) => scope !== 'drive.file')) {
    throw new UserError(
      'login-scope',
      `Expected only drive.file for a login by code, got ${scopes.join(', ')}: Google gives no more to devices`,
      'Leave --scope out and upload the zip with `diff-svc drive upload`, or log in through a browser on this machine.',
    );
  }
  const asked = await post(endpoints.deviceUrl, { client_id: options.clientId, scope: scopeText(scopes) });
  if (!asked.ok) throw failed(asked.body);
  const device = asked.body as unknown as DeviceAnswer;
  options.say(
    `Open ${device.verification_url ?? device.verification_uri} on any machine and type ${device.user_code}`,
  );
  const until = clock.now() + device.expires_in * 1000;
  for (let seconds = device.interval ?? 5; clock.now() < until; ) {
    await clock.sleep(seconds * 1000, options.signal);
    const answer = await post(endpoints.tokenUrl, {
      ...clientOf(options),
      device_code: device.device_code,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    });
    if (answer.ok) return toTokens(answer.body, clock.now());
    if (answer.body.error === 'slow_down') seconds += 5;
    else if (answer.body.error === 'access_denied') throw denied('access_denied');
    else if (answer.body.error !== 'authorization_pending') throw failed(answer.body);
  }
  throw failed({ error: 'the code has expired' });
}

/** Takes a login back at Google. True if Google had it; false if it was no longer valid. @throws UserError `login-failed` */
export async function revokeLogin(endpoints: GoogleEndpoints, tokens: Tokens): Promise<boolean> {
  const token = tokens.refresh_token ?? tokens.access_token;
  if (!token) return false;
  const answer = await post(endpoints.revokeUrl, { token });
  if (answer.ok || answer.body.error === 'invalid_token') return answer.ok;
  throw failed(answer.body);
}

interface OAuthBody {
  readonly error?: string;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly scope?: string;
}

async function requestTokens(options: LoginOptions, fields: Record<string, string>): Promise<Tokens> {
  const answer = await post(options.endpoints.tokenUrl, { ...clientOf(options), ...fields });
  if (!answer.ok) throw failed(answer.body);
  return toTokens(answer.body, options.clock.now());
}

function clientOf({ clientId, clientSecret }: LoginOptions): Record<string, string> {
  return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
}

function toTokens(body: OAuthBody, nowMs: number): Tokens {
  return {
    access_token: body.access_token ?? null,
    refresh_token: body.refresh_token ?? null,
    expiry_date: nowMs + (body.expires_in ?? 3600) * 1000,
    ...(body.scope === undefined ? {} : { scope: body.scope }),
  };
}

async function post(url: string, fields: Record<string, string>): Promise<{ ok: boolean; body: OAuthBody }> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) }).catch((cause) => {
    throw failed({ error: `${new URL(url).host} does not answer` }, cause);
  });
  return { ok: answer.ok, body: (await answer.json().catch(() => ({}))) as OAuthBody };
}

function denied(reason: string): UserError {
  return new UserError(
    'login-denied',
    `Expected permission to use Google Drive, but it was not given (${reason})`,
    'Run `diff-svc drive login` again and allow it; without it use a local --save-dir.',
  );
}

function failed(body: OAuthBody, cause?: unknown): UserError {
  return new UserError(
    'login-failed',
    `Expected Google to log in, but it said: ${body.error ?? 'no reason'}`,
    'Check client id and secret (docs/drive.md) and the network, then run `diff-svc drive login` again.',
    cause === undefined ? {} : { cause },
  );
}
