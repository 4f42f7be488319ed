import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { googleEndpoints } from '../../lib/storage/google-auth';
import {
  type LoginOptions,
  loginByBrowser,
  loginByDevice,
  revokeLogin,
  shortScopes,
} from '../../lib/storage/google-login';
import { mountDrive, seesForeign } from '../../lib/storage/mount-drive';
import { systemClock } from '../../lib/storage/retry';
import { readLogin, removeLogin, tokenPath, writeLogin } from '../../lib/storage/token-file';
import { DriveEmulator } from '../support/drive-emulator/emulator';

const root = mkdtempSync(join(tmpdir(), 'diff-svc-login-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let emulator: DriveEmulator;
let homes = 0;
let home: string;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
  home = join(root, String(homes++));
});
afterEach(() => emulator.stop());

const emulatedClock = () => ({
  now: () => emulator.clock.now(),
  sleep: async (ms: number) => emulator.clock.advance(ms),
});

function options(say: (text: string) => void, scopes = ['drive.file']): LoginOptions {
  const { clientId, clientSecret } = emulator.accounts.grant({ scopes: [] });
  return {
    clientId,
    clientSecret,
    endpoints: googleEndpoints(emulator.url),
    scopes,
    say,
    clock: emulatedClock(),
  };
}

/** A person who follows the address. */
const person = (text: string): void => void fetch(text.slice(text.indexOf('http'))).catch(() => undefined);

describe('through a browser', () => {
  test('the login opens the Drive, lies in a file for its owner only, and is never shown', async () => {
    const said: string[] = [];
    const how = options((text) => {
      said.push(text);
      person(text);
    });
    const tokens = await loginByBrowser(how);
    expect(tokens.refresh_token).toEqual(expect.any(String));
    const path = tokenPath({}, home);
    await writeLogin(path, { clientId: how.clientId, clientSecret: how.clientSecret!, tokens });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const env = { DIFF_SVC_GOOGLE_ROOT: emulator.url };
    const drive = await mountDrive({ env, home, clock: systemClock, notice: (text) => said.push(text) });
    expect(drive).toMatchObject({ how: 'login', scopes: ['drive.file'] });
    expect(drive.text).toMatch(/sees only files that diff-svc made.*drive upload.*drive\.readonly/s);
    expect(seesForeign(drive)).toBe(false);
    expect(await drive.store.folder(['diff-svc'], true)).toEqual(expect.any(String));
    for (const secret of [tokens.access_token, tokens.refresh_token])
      expect(said.join() + drive.text).not.toContain(secret);
  });

  test('who says no is told what to do', async () => {
    emulator.oauth.consent = 'deny';
    await expect(loginByBrowser(options(person))).rejects.toMatchObject({ code: 'login-denied' });
  });

  test('an answer with another state is not ours', async () => {
    const stop = new AbortController();
    const login = loginByBrowser({
      ...options((text) => {
        const redirect = new URL(text.slice(text.indexOf('http'))).searchParams.get('redirect_uri')!;
        void fetch(`${redirect}/?state=other&code=stolen`).then(({ status }) =>
          stop.abort(new Error(`refused ${status}`)),
        );
      }),
      signal: stop.signal,
    });
    await expect(login).rejects.toThrow('refused 404');
  });
});

describe('by a code', () => {
  test('works where no browser is', async () => {
    const tokens = await loginByDevice(
      options((text) => emulator.oauth.decideDevice(/type (\S+)/.exec(text)![1]!, 'allowed')),
    );
    expect(shortScopes(tokens.scope)).toEqual(['drive.file']);
  });

  test('a no is a no', async () => {
    const say = (text: string) => emulator.oauth.decideDevice(/type (\S+)/.exec(text)![1]!, 'denied');
    await expect(loginByDevice(options(say))).rejects.toMatchObject({ code: 'login-denied' });
  });

  test('more than own files is refused before it is asked', async () => {
    await expect(loginByDevice(options(() => undefined, ['drive.readonly']))).rejects.toMatchObject({
      code: 'login-scope',
    });
    expect(emulator.requests).toEqual([]);
  });
});

test('a login that was taken back no longer works, and says what to do', async () => {
  const how = options(person);
  const tokens = await loginByBrowser(how);
  expect(await revokeLogin(how.endpoints, tokens)).toBe(true);
  const path = tokenPath({}, home);
  await writeLogin(path, { clientId: how.clientId, clientSecret: how.clientSecret!, tokens });
  const env = { DIFF_SVC_GOOGLE_ROOT: emulator.url };
  const { store } = await mountDrive({ env, home, clock: systemClock, notice: () => undefined });
  await expect(store.folder(['diff-svc'], false)).rejects.toMatchObject({
    code: 'store-signed-out',
    remedy: expect.stringContaining('diff-svc drive login'),
  });
  await removeLogin(path);
  expect(await readLogin(path, () => undefined)).toBeNull();
});

describe('mountDrive', () => {
  const find = (env: NodeJS.ProcessEnv, mountPath = join(home, 'no-mount')) => {
    const notices: string[] = [];
    const notice = (text: string) => notices.push(text);
    return mountDrive({ env, home, clock: systemClock, notice, mountPath }).then((drive) => ({
      drive,
      notices,
    }));
  };

  test('nothing: the local folder, saying so', async () => {
    const { drive, notices } = await find({});
    expect(drive.how).toBe('local');
    expect(notices.join()).toContain(join(home, '.local/share/diff-svc/drive'));
    expect(await drive.store.folder(['diff-svc', 'alice'], true)).toBe('diff-svc/alice');
  });

  test('a mounted Drive: not verified', async () => {
    const { drive } = await find({}, root);
    expect(drive).toMatchObject({ how: 'mount', store: { verifies: false } });
    expect(drive.text).toMatch(/nothing is verified/);
  });

  test('application-default credentials of a person', async () => {
    const { refreshToken, clientId, clientSecret } = emulator.accounts.grant({ scopes: ['drive'] });
    const file = join(root, 'adc.json');
    writeFileSync(
      file,
      JSON.stringify({
        type: 'authorized_user',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      }),
    );
    const { drive } = await find({
      GOOGLE_APPLICATION_CREDENTIALS: file,
      DIFF_SVC_GOOGLE_ROOT: emulator.url,
    });
    expect(drive).toMatchObject({ how: 'credentials', scopes: null });
    expect(await drive.store.folder(['diff-svc'], true)).toEqual(expect.any(String));
  });

  test('a service account needs a shared drive, and saves there', async () => {
    const file = join(root, 'service.json');
    const key = emulator.accounts.addServiceAccount('robot@example.com', `${emulator.url}token`);
    writeFileSync(file, JSON.stringify(key));
    const env = { GOOGLE_APPLICATION_CREDENTIALS: file, DIFF_SVC_GOOGLE_ROOT: emulator.url };
    await expect(find(env)).rejects.toMatchObject({ code: 'shared-drive-needed' });
    const shared = emulator.drive.addSharedDrive('voices', { 'robot@example.com': 'fileOrganizer' });
    const { drive } = await find({ ...env, DIFF_SVC_SHARED_DRIVE: shared });
    expect(drive.how).toBe('service-account');
    const folder = (await drive.store.folder(['diff-svc'], true))!;
    expect(await drive.store.get(folder)).toMatchObject({ name: 'diff-svc', folder: shared, own: true });
  });

  test('credentials that cannot be used are not passed over', async () => {
    const file = join(root, 'odd.json');
    writeFileSync(file, '{"type": "gdch_service_account"}');
    await expect(find({ GOOGLE_APPLICATION_CREDENTIALS: file })).rejects.toMatchObject({
      code: 'credentials-invalid',
    });
  });

  test.each(['https://example.com/', 'http://127.0.0.1.example.com:80/'])(
    '%s is not where a login goes',
    async (url) => {
      const path = tokenPath({}, home);
      await writeLogin(path, { clientId: 'x', tokens: {} });
      await expect(find({ DIFF_SVC_GOOGLE_ROOT: url })).rejects.toMatchObject({
        code: 'google-root-refused',
      });
    },
  );
});
