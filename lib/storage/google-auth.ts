/** Where Google's servers lie, and an authorised client from tokens. */
import { auth as google } from 'googleapis/build/src/apis/drive';
import type { DriveAuth } from './drive-requests';

/** Addresses of API and login. */
export interface GoogleEndpoints {
  readonly rootUrl: string;
  readonly consentUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl: string;
  readonly revokeUrl: string;
}

/** Google's own, or those below `rootUrl` (tests). */
export function googleEndpoints(rootUrl?: string): GoogleEndpoints {
  if (rootUrl !== undefined) {
    const at = (path: string): string => new URL(path, rootUrl).href;
    return {
      rootUrl: at('/'),
      consentUrl: at('o/oauth2/v2/auth'),
      tokenUrl: at('token'),
      deviceUrl: at('device/code'),
      revokeUrl: at('revoke'),
    };
  }
  return {
    rootUrl: 'https://www.googleapis.com/',
    consentUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    deviceUrl: 'https://oauth2.googleapis.com/device/code',
    revokeUrl: 'https://oauth2.googleapis.com/revoke',
  };
}

/** What a login leaves behind; the names are OAuth's. */
export interface Tokens {
  readonly access_token?: string | null;
  readonly refresh_token?: string | null;
  /** milliseconds since the epoch */
  readonly expiry_date?: number | null;
  /** granted scopes, separated by spaces */
  readonly scope?: string;
}

/** A client of the person's own Google Cloud project, with what it was granted. */
export interface OAuthLogin {
  readonly clientId: string;
  /** desktop clients have one, which Google does not treat as a secret */
  readonly clientSecret?: string;
  readonly endpoints: GoogleEndpoints;
  readonly tokens: Tokens;
}

/** An authorised client; it fetches new access tokens by itself. */
export function oauthClient({ clientId, clientSecret, endpoints, tokens }: OAuthLogin): DriveAuth {
  const client = new google.OAuth2({
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    endpoints: {
      oauth2AuthBaseUrl: endpoints.consentUrl,
      oauth2TokenUrl: endpoints.tokenUrl,
      oauth2RevokeUrl: endpoints.revokeUrl,
    },
  });
  // A time of expiry, even a guessed one, keeps the library from repeating every 403 with a new token.
  client.setCredentials({ ...tokens, expiry_date: tokens.expiry_date ?? Date.now() + 3_000_000 });
  return client;
}
