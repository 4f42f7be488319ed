import { createHash, createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_SECRET } from './accounts';
import { DriveEmulator } from './emulator';
import { RawClient, reasonOf } from './raw-client';

let emulator: DriveEmulator;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
});
afterEach(() => emulator.stop());

// biome-ignore lint/suspicious/noExplicitAny: bodies of a foreign protocol
async function post(path: string, form: Record<string, string>): Promise<{ status: number; json: any }> {
  const answer = await fetch(emulator.url + path, { method: 'POST', body: new URLSearchParams(form) });
  return { status: answer.status, json: await answer.json() };
}

const client = { client_id: 'app', client_secret: CLIENT_SECRET };

async function consent(extra: Record<string, string> = {}): Promise<URL> {
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'https://www.googleapis.com/auth/drive.file',
    redirect_uri: 'http://127.0.0.1:1/',
    state: 's',
    ...extra,
  });
  const answer = await fetch(`${emulator.url}o/oauth2/v2/auth?${query}`, { redirect: 'manual' });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location')!);
}

describe('authorization', () => {
  const verifier = 'v'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const redeem = (code: string, more: Record<string, string> = {}) =>
    post('token', {
      ...client,
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'http://127.0.0.1:1/',
      ...more,
    });

  it('gives tokens for a code with its verifier, once', async () => {
    const back = await consent(pkce);
    expect(back.searchParams.get('state')).toBe('s');
    const code = back.searchParams.get('code')!;
    const { json } = await redeem(code, { code_verifier: verifier });
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'https://www.googleapis.com/auth/drive.file' });
    const caller = new RawClient(emulator.url, json.access_token);
    expect((await caller.get('drive/v3/about?fields=user')).status).toBe(200);
    expect((await redeem(code, { code_verifier: verifier })).json.error).toBe('invalid_grant');
  });

  it('refuses another verifier, and says when the person declined', async () => {
    const code = (await consent(pkce)).searchParams.get('code')!;
    expect((await redeem(code, { code_verifier: 'w'.repeat(43) })).json.error).toBe('invalid_grant');
    emulator.oauth.consent = 'deny';
    expect((await consent()).searchParams.get('error')).toBe('access_denied');
  });

  it('refreshes until consent is withdrawn', async () => {
    const granted = emulator.accounts.grant({ scopes: ['drive'] });
    const refresh = () =>
      post('token', { ...client, grant_type: 'refresh_token', refresh_token: granted.refreshToken });
    const { json } = await refresh();
    const caller = new RawClient(emulator.url, json.access_token);
    expect((await caller.get('drive/v3/files')).status).toBe(200);
    expect((await post('revoke', { token: granted.refreshToken })).status).toBe(200);
    expect(reasonOf(await caller.get('drive/v3/files'))).toBe('authError');
    expect(await refresh()).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });
});

describe('device flow', () => {
  const scope = 'https://www.googleapis.com/auth/drive.file';
  const poll = (code: string) =>
    post('token', {
      ...client,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: code,
    });

  it('waits for the person, refuses haste', async () => {
    const { json } = await post('device/code', { client_id: 'app', scope });
    expect((await poll(json.device_code)).json.error).toBe('authorization_pending');
    expect((await poll(json.device_code)).json.error).toBe('slow_down');
    emulator.clock.advance(5000);
    expect(emulator.oauth.decideDevice(json.user_code, 'allowed')).toBe(true);
    expect((await poll(json.device_code)).json).toHaveProperty('refresh_token');
  });

  it('ends when declined or after half an hour, and knows narrow scopes only', async () => {
    const first = (await post('device/code', { client_id: 'app', scope })).json;
    emulator.oauth.decideDevice(first.user_code, 'denied');
    expect((await poll(first.device_code)).json.error).toBe('access_denied');
    const second = (await post('device/code', { client_id: 'app', scope })).json;
    emulator.clock.advance(1801_000);
    expect((await poll(second.device_code)).json.error).toBe('expired_token');
    const wide = await post('device/code', {
      client_id: 'app',
      scope: 'https://www.googleapis.com/auth/drive',
    });
    expect(wide.json.error).toBe('invalid_scope');
  });
});

describe('service accounts', () => {
  it('prove themselves by a signature and have no storage of their own', async () => {
    const key = emulator.accounts.addServiceAccount('bot@example.com', `${emulator.url}token`);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'RS256' })}.${part({ iss: key.client_email, scope: 'https://www.googleapis.com/auth/drive' })}`;
    const signature = createSign('RSA-SHA256').update(unsigned).sign(key.private_key!, 'base64url');
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' };
    const { json } = await post('token', { ...grant, assertion: `${unsigned}.${signature}` });
    const bot = new RawClient(emulator.url, json.access_token);
    expect(reasonOf(await bot.start({ name: 'a' }, 1))).toBe('storageQuotaExceeded');
    const driveId = emulator.drive.addSharedDrive('Choir', { 'bot@example.com': 'writer' });
    const answer = await bot.send(
      'POST',
      'upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true',
      { name: 'a', parents: [driveId] },
      { 'x-upload-content-length': '1' },
    );
    expect(answer.status).toBe(200);
    expect((await post('token', { ...grant, assertion: `${unsigned}.AAAA` })).json.error).toBe(
      'invalid_grant',
    );
  });
});
