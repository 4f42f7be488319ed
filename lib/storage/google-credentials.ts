/**
 * Credentials that other tools have left on this machine: application-default credentials (Google's AIP-4110), of a person
 * or of a service account.
 */
import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auth as google } from 'googleapis/build/src/apis/drive';
import { UserError } from '../config/errors';
import type { DriveAuth } from './drive-requests';
import { type GoogleEndpoints, oauthClient } from './google-auth';
import { type Clock, systemClock } from './retry';

/** What was found. */
export interface FoundCredentials {
  readonly auth: DriveAuth;
  readonly kind: 'person' | 'service-account';
  /** for people: file and account */
  readonly where: string;
}

interface CredentialsFile {
  readonly type?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly refresh_token?: string;
  readonly client_email?: string;
  readonly private_key?: string;
}

/** Where such a file lies: named by the environment, else where `gcloud` and Colab write it. */
function candidates(env: NodeJS.ProcessEnv, home: string): { path: string; named: boolean }[] {
  const { GOOGLE_APPLICATION_CREDENTIALS: named, CLOUDSDK_CONFIG: config } = env;
  const name = 'application_default_credentials.json';
  return [
    ...(named ? [{ path: named, named: true }] : []),
    ...(config ? [{ path: join(config, name), named: false }] : []),
    { path: join(home, '.config', 'gcloud', name), named: false },
    { path: join('/content', '.config', name), named: false },
  ];
}

/**
 * The first credentials of this machine; null if there are none.
 * @throws UserError `credentials-invalid` if a file is there that cannot be used
 */
export async function findCredentials(
  env: NodeJS.ProcessEnv,
  home: string,
  endpoints: GoogleEndpoints,
  clock: Clock = systemClock,
): Promise<FoundCredentials | null> {
  for (const { path, named } of candidates(env, home)) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (!named) return null;
      throw invalid(path, error.message);
    });
    if (text === null) continue;
    const file = parse(text, path);
    if (file.type === 'authorized_user' && file.client_id && file.refresh_token) {
      const tokens = { refresh_token: file.refresh_token, expiry_date: 1 };
      const secret = file.client_secret === undefined ? {} : { clientSecret: file.client_secret };
      return {
        auth: oauthClient({ clientId: file.client_id, ...secret, endpoints, tokens }),
        kind: 'person',
        where: path,
      };
    }
    if (file.type === 'service_account' && file.client_email && file.private_key) {
      const { client_email: email, private_key: key } = file;
      return {
        auth: serviceAccount({ email, key }, endpoints, clock),
        kind: 'service-account',
        where: `${path} (${email})`,
      };
    }
    throw invalid(path, `its type is ${JSON.stringify(file.type ?? null)}`);
  }
  return null;
}

function parse(text: string, path: string): CredentialsFile {
  try {
    return JSON.parse(text) as CredentialsFile;
  } catch {
    throw invalid(path, 'it is not JSON');
  }
}

/** Its tokens by a signed assertion (RFC 7523). The library would do it too, but only at Google's address. */
function serviceAccount(
  account: { readonly email: string; readonly key: string },
  endpoints: GoogleEndpoints,
  clock: Clock,
): DriveAuth {
  const client = new google.OAuth2();
  client.refreshHandler = async () => {
    const seconds = Math.floor(clock.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      iss: account.email,
      scope: 'https://www.googleapis.com/auth/drive',
      aud: endpoints.tokenUrl,
      iat: seconds,
      exp: seconds + 3600,
    };
    const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    const signature = createSign('RSA-SHA256').update(unsigned).sign(account.key, 'base64url');
    const answer = await fetch(endpoints.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: `${unsigned}.${signature}`,
      }),
    });
    const body = (await answer.json()) as { access_token?: string; expires_in?: number; error?: string };
    if (!body.access_token) throw invalid(account.email, `Google said: ${body.error ?? answer.status}`);
    return {
      access_token: body.access_token,
      expiry_date: clock.now() + (body.expires_in ?? 3600) * 1000,
    };
  };
  return client;
}

function invalid(where: string, why: string): UserError {
  return new UserError(
    'credentials-invalid',
    `Expected usable Google credentials in ${where}, but ${why}`,
    'Unset GOOGLE_APPLICATION_CREDENTIALS or name a file of a person or a service account, or run `diff-svc drive login`.',
  );
}
