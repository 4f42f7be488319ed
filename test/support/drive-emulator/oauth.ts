/** The authorization server: codes with PKCE, refresh, device flow, service accounts, revoking. RFC 6749, 7636, 8628, 7523. */
import { createHash, randomBytes, verify } from 'node:crypto';
import { type Accounts, CLIENT_SECRET, type Grant } from './accounts';
import type { EmulatorClock } from './clock';
import type { Answer } from './exchange';

interface Code {
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: string | null;
}

interface Device {
  readonly userCode: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresMs: number;
  polledMs: number;
  verdict: 'pending' | 'allowed' | 'denied';
}

const DEVICE_INTERVAL_SECONDS = 5;
/** Drive scopes that limited-input devices may ask for [doc]. */
const DEVICE_SCOPES = ['drive.file', 'drive.appdata'];

export class OAuthServer {
  /** what the person does on the consent page */
  consent: 'allow' | 'deny' = 'allow';
  private readonly codes = new Map<string, Code>();
  private readonly devices = new Map<string, Device>();

  constructor(
    private readonly accounts: Accounts,
    private readonly clock: EmulatorClock,
  ) {}

  /** The consent page: the person decides at once and is sent back to the client. */
  authorize(query: URLSearchParams): Answer {
    const redirectUri = query.get('redirect_uri') ?? '';
    const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(\/|$)/.test(redirectUri);
    const method = query.get('code_challenge_method');
    if (!loopback || query.get('response_type') !== 'code' || (method !== null && method !== 'S256')) {
      return problem(400, 'invalid_request');
    }
    const back = new URL(redirectUri);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    if (this.consent === 'deny') back.searchParams.set('error', 'access_denied');
    else {
      const code = `4/${randomBytes(16).toString('base64url')}`;
      this.codes.set(code, {
        account: this.accounts.person,
        clientId: query.get('client_id') ?? '',
        scopes: (query.get('scope') ?? '').split(' '),
        redirectUri,
        challenge: query.get('code_challenge'),
      });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  /** `POST /device/code` */
  startDevice(form: URLSearchParams): Answer {
    const scopes = (form.get('scope') ?? '').split(' ').map((scope) => scope.replace(/^.*\/auth\//, ''));
    if (!scopes.every((scope) => DEVICE_SCOPES.includes(scope))) return problem(400, 'invalid_scope');
    const deviceCode = `AH-${randomBytes(16).toString('base64url')}`;
    const userCode = randomBytes(4)
      .toString('hex')
      .toUpperCase()
      .replace(/(.{4})/, '$1-');
    this.devices.set(deviceCode, {
      userCode,
      clientId: form.get('client_id') ?? '',
      scopes,
      expiresMs: this.clock.now() + 1800_000,
      polledMs: Number.NEGATIVE_INFINITY,
      verdict: 'pending',
    });
    const json = {
      device_code: deviceCode,
      user_code: userCode,
      verification_url: 'https://www.google.com/device',
      expires_in: 1800,
      interval: DEVICE_INTERVAL_SECONDS,
    };
    return { status: 200, json };
  }

  /** The person types the code. @returns whether there is such a code */
  decideDevice(userCode: string, verdict: 'allowed' | 'denied'): boolean {
    const device = [...this.devices.values()].find((waiting) => waiting.userCode === userCode);
    if (device) device.verdict = verdict;
    return device !== undefined;
  }

  /** `POST /token` */
  token(form: URLSearchParams): Answer {
    switch (form.get('grant_type')) {
      case 'refresh_token': {
        const grant = this.accounts.byRefreshToken(form.get('refresh_token') ?? '');
        return grant && this.isClient(grant.clientId, form)
          ? this.answer(grant)
          : problem(400, 'invalid_grant');
      }
      case 'authorization_code':
        return this.redeem(form);
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.poll(form);
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
        return this.assert(form.get('assertion') ?? '');
      default:
        return problem(400, 'unsupported_grant_type');
    }
  }

  /** `POST /revoke` */
  revoke(token: string | null): Answer {
    return this.accounts.revoke(token ?? '') ? { status: 200, json: {} } : problem(400, 'invalid_token');
  }

  private redeem(form: URLSearchParams): Answer {
    const text = form.get('code') ?? '';
    const code = this.codes.get(text);
    this.codes.delete(text);
    if (!code || code.redirectUri !== form.get('redirect_uri') || !this.isClient(code.clientId, form)) {
      return problem(400, 'invalid_grant');
    }
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code.challenge !== null && proof !== code.challenge) return problem(400, 'invalid_grant');
    return this.grantNew(code);
  }

  private poll(form: URLSearchParams): Answer {
    const text = form.get('device_code') ?? '';
    const device = this.devices.get(text);
    if (!device || !this.isClient(device.clientId, form)) return problem(400, 'invalid_grant');
    const now = this.clock.now();
    if (now > device.expiresMs) return problem(400, 'expired_token');
    const early = now - device.polledMs < DEVICE_INTERVAL_SECONDS * 1000 - 50;
    device.polledMs = now;
    if (early) return problem(403, 'slow_down');
    if (device.verdict === 'pending') return problem(428, 'authorization_pending');
    this.devices.delete(text);
    if (device.verdict === 'denied') return problem(403, 'access_denied');
    return this.grantNew({ ...device, account: this.accounts.person });
  }

  /** A service account proves itself by a signature. */
  private assert(assertion: string): Answer {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString() || '{}');
    const key = this.accounts.find(String(claims.iss))?.serviceKey;
    const signed =
      key && verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    if (!signed) return problem(400, 'invalid_grant');
    const { refreshToken } = this.accounts.grant({
      scopes: String(claims.scope).split(' '),
      account: String(claims.iss),
      clientId: `client-of-${claims.iss}`,
    });
    return this.answer(this.accounts.byRefreshToken(refreshToken)!);
  }

  private grantNew(asked: Pick<Code, 'account' | 'clientId' | 'scopes'>): Answer {
    const { refreshToken } = this.accounts.grant(asked);
    return this.answer(this.accounts.byRefreshToken(refreshToken)!, refreshToken);
  }

  private answer(grant: Grant, refreshToken?: string): Answer {
    const json = {
      access_token: this.accounts.issue(grant),
      expires_in: 3599,
      scope: grant.scopes.map((scope) => `https://www.googleapis.com/auth/${scope}`).join(' '),
      token_type: 'Bearer',
      ...(refreshToken ? { refresh_token: refreshToken } : {}),
    };
    return { status: 200, json };
  }

  private isClient(clientId: string, form: URLSearchParams): boolean {
    return form.get('client_id') === clientId && form.get('client_secret') === CLIENT_SECRET;
  }
}

function problem(status: number, error: string): Answer {
  const text: Readonly<Record<string, string>> = { invalid_grant: 'Token has been expired or revoked.' };
  return { status, json: { error, error_description: text[error] ?? error } };
}
