/** Accounts, OAuth grants and tokens. Tokens live by the emulator's clock. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ApiError } from './api-error';
import type { EmulatorClock } from './clock';

/** Who may ask, for what, by which client. */
export interface Grant {
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly refreshToken: string;
  revoked: boolean;
}

/** What a test hands to a client. */
export interface GrantedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A person with a quota, or a service account without. */
export interface Account {
  readonly email: string;
  quotaBytes: number;
  readonly serviceKey: string | null;
}

export const CLIENT_SECRET = 'emulated-secret';
const TOKEN_LIFE_MS = 3600_000;
const SCOPE_PREFIX = 'https://www.googleapis.com/auth/';

export class Accounts {
  private readonly accounts = new Map<string, Account>();
  private readonly grants = new Map<string, Grant>();
  private readonly accessTokens = new Map<string, { readonly grant: Grant; expiresMs: number }>();

  constructor(
    private readonly clock: EmulatorClock,
    readonly person: string,
    quotaBytes: number,
  ) {
    this.addPerson(person, quotaBytes);
  }

  addPerson(email: string, quotaBytes = 15e9): void {
    this.accounts.set(email, { email, quotaBytes, serviceKey: null });
  }

  /** Its key file as Google hands it out; service accounts have no storage of their own (n8n #26050). */
  addServiceAccount(email: string, tokenUri: string): Readonly<Record<string, string>> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    this.accounts.set(email, { email, quotaBytes: 0, serviceKey: publicKey });
    return {
      type: 'service_account',
      project_id: 'emulated',
      private_key_id: '1',
      private_key: privateKey,
      client_email: email,
      client_id: `client-of-${email}`,
      token_uri: tokenUri,
    };
  }

  account(email: string): Account {
    const account = this.accounts.get(email);
    if (!account) throw new Error(`Expected an account, got ${email}`);
    return account;
  }

  find(email: string): Account | undefined {
    return this.accounts.get(email);
  }

  /** A consent already given. @param scopes short (`drive.file`) or as URLs */
  grant(options: {
    readonly scopes: readonly string[];
    readonly account?: string;
    readonly clientId?: string;
  }): GrantedTokens {
    const grant: Grant = {
      account: this.account(options.account ?? this.person).email,
      clientId: options.clientId ?? 'app',
      scopes: options.scopes.map((scope) => scope.replace(SCOPE_PREFIX, '')),
      refreshToken: `1//${randomBytes(16).toString('base64url')}`,
      revoked: false,
    };
    this.grants.set(grant.refreshToken, grant);
    return {
      accessToken: this.issue(grant),
      refreshToken: grant.refreshToken,
      clientId: grant.clientId,
      clientSecret: CLIENT_SECRET,
    };
  }

  /** A new access token of a grant. */
  issue(grant: Grant): string {
    const token = `ya29.${randomBytes(16).toString('base64url')}`;
    this.accessTokens.set(token, { grant, expiresMs: this.clock.now() + TOKEN_LIFE_MS });
    return token;
  }

  byRefreshToken(token: string): Grant | undefined {
    const grant = this.grants.get(token);
    return grant?.revoked ? undefined : grant;
  }

  byAccessToken(token: string): Grant | undefined {
    const issued = this.accessTokens.get(token);
    if (!issued || issued.grant.revoked || issued.expiresMs <= this.clock.now()) return undefined;
    return issued.grant;
  }

  expire(accessToken: string): void {
    const issued = this.accessTokens.get(accessToken);
    if (issued) issued.expiresMs = 0;
  }

  /** Ends a grant by any of its tokens. @returns whether there was one */
  revoke(token: string): boolean {
    const grant = this.grants.get(token) ?? this.accessTokens.get(token)?.grant;
    if (!grant || grant.revoked) return false;
    grant.revoked = true;
    return true;
  }

  revokeAll(): void {
    for (const grant of this.grants.values()) grant.revoked = true;
  }

  /** @throws ApiError 401 authError unless the header bears a live token */
  authenticate(header: string | undefined): Grant {
    const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
    const grant = token === undefined ? undefined : this.byAccessToken(token);
    if (!grant)
      throw new ApiError(401, token === undefined ? 'required' : 'authError', 'Invalid Credentials');
    return grant;
  }
}

/** Scopes under which a request may read, or with `write` change, any file at all. */
export function seesEverything(grant: Grant, write: boolean): boolean {
  return grant.scopes.includes('drive') || (!write && grant.scopes.includes('drive.readonly'));
}
