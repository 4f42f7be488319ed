import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriveEmulator } from './emulator';
import { EmulatorProcess } from './emulator-process';
import { RawClient, reasonOf } from './raw-client';

let emulator: DriveEmulator;
let client: RawClient;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
  client = RawClient.of(emulator);
});
afterEach(() => emulator.stop());

const create = { method: 'POST', path: '^/drive/v3/files$' };

describe('faults', () => {
  it('drop a request before or after it is applied', async () => {
    emulator.faults.add({ ...create, action: { kind: 'drop', when: 'before' } });
    await expect(client.send('POST', 'drive/v3/files', { name: 'a' })).rejects.toThrow();
    emulator.faults.add({ ...create, action: { kind: 'drop', when: 'after' } });
    await expect(client.send('POST', 'drive/v3/files', { name: 'b' })).rejects.toThrow();
    expect(await client.list("name = 'a' or name = 'b'")).toHaveLength(1);
  });

  it('answer with a status, a reason and Retry-After, from the nth on, so many times', async () => {
    const action = {
      kind: 'status',
      status: 429,
      reason: 'rateLimitExceeded',
      retryAfterSeconds: 7,
    } as const;
    emulator.faults.add({ method: 'GET', nth: 2, times: 2, action });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await client.get('drive/v3/about?fields=user'));
    expect(answers.map((answer) => answer.status)).toEqual([200, 429, 429, 200]);
    expect([reasonOf(answers[1]!), answers[1]!.headers.get('retry-after')]).toEqual([
      'rateLimitExceeded',
      '7',
    ]);
  });

  it('apply and then answer 500', async () => {
    emulator.faults.add({ ...create, action: { kind: 'status', status: 500, when: 'after' } });
    expect((await client.send('POST', 'drive/v3/files', { name: 'a' })).status).toBe(500);
    expect(await client.list("name = 'a'")).toHaveLength(1);
  });

  it('hold a request until it is released; one whose client is gone is not applied', async () => {
    const held = emulator.faults.add({ ...create, action: { kind: 'hold', when: 'before' } });
    const answer = client.send('POST', 'drive/v3/files', { name: 'a' });
    await held.hit;
    expect(await client.list('trashed = false')).toEqual([]);
    held.release();
    expect((await answer).status).toBe(200);
    const second = emulator.faults.add({ ...create, action: { kind: 'hold', when: 'before' } });
    const leaving = new AbortController();
    const lost = fetch(`${emulator.url}drive/v3/files`, { method: 'POST', signal: leaving.signal });
    await second.hit;
    leaving.abort();
    await expect(lost).rejects.toThrow();
    second.release();
    expect(await client.list('trashed = false')).toHaveLength(1);
  });

  it('damage and cut downloads, and damage uploads', async () => {
    const bytes = Buffer.alloc(1000);
    const id = emulator.drive.addFile({ name: 'a', bytes });
    const media = { query: 'alt=media' };
    emulator.faults.add({ ...media, action: { kind: 'flip' } });
    const damaged = await client.get(`drive/v3/files/${id}?alt=media`);
    expect(damaged.bytes.filter((value) => value !== 0)).toHaveLength(1);
    emulator.faults.add({ ...media, action: { kind: 'truncate', bytes: 100 } });
    await expect(client.get(`drive/v3/files/${id}?alt=media`)).rejects.toThrow();
    expect((await client.get(`drive/v3/files/${id}?alt=media`)).bytes).toEqual(bytes);
    emulator.faults.add({ method: 'POST', action: { kind: 'flip' } });
    const stored = await client.send('POST', 'upload/drive/v3/files?uploadType=media&fields=id', bytes);
    expect(emulator.drive.bytes(stored.json.id)).not.toEqual(bytes);
  });

  it('fail a page by its number and say that a search is incomplete', async () => {
    for (let i = 0; i < 5; i++) emulator.drive.addFile({ name: String(i), bytes: Buffer.from('') });
    emulator.faults.add({ page: 3, action: { kind: 'status', status: 503 } });
    emulator.faults.add({ page: 1, action: { kind: 'incompleteSearch' } });
    let token = '';
    const statuses: unknown[] = [];
    for (let page = 1; page <= 3; page++) {
      const more = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
      const { status, json } = await client.get(`drive/v3/files?pageSize=2&fields=*${more}`);
      statuses.push([status, json.incompleteSearch]);
      token = json.nextPageToken;
    }
    expect(statuses).toEqual([
      [200, true],
      [200, false],
      [503, undefined],
    ]);
  });

  it('make lists lag behind get, for new, changed and trashed files', async () => {
    const before = emulator.drive.addFile({ name: 'before', bytes: Buffer.from('') });
    emulator.drive.listLagMs = 3600_000;
    const after = emulator.drive.addFile({ name: 'after', bytes: Buffer.from('') });
    await client.send('PATCH', `drive/v3/files/${before}`, { trashed: true });
    expect(await client.list('trashed = false')).toEqual([before]);
    expect((await client.get(`drive/v3/files/${after}`)).status).toBe(200);
    emulator.clock.advance(3600_001);
    client = RawClient.of(emulator);
    expect(await client.list('trashed = false')).toEqual([after]);
  });

  it('end tokens and consent', async () => {
    emulator.faults.add({ action: { kind: 'expireToken' } });
    expect(reasonOf(await client.get('drive/v3/about?fields=user'))).toBe('authError');
  });
});

describe('a separate process', () => {
  it('is scripted and read over its own endpoint', async () => {
    const { admin, ...process } = await startProcess();
    try {
      const { accessToken } = await admin.grant({ scopes: ['drive'] });
      const remote = new RawClient(admin.url, accessToken);
      const fault = await admin.addFault({ ...create, action: { kind: 'hold', when: 'after' } });
      const answer = remote.send('POST', 'drive/v3/files', { name: 'a' });
      await admin.waitForHit(fault);
      const items = await admin.items();
      expect(items.filter((item) => item.name === 'a')).toHaveLength(1);
      await admin.release(fault);
      expect((await answer).status).toBe(200);
      const [logged] = await admin.requests();
      expect(logged).toMatchObject({
        n: 1,
        method: 'POST',
        path: '/drive/v3/files',
        status: 200,
        fault: 'hold',
      });
    } finally {
      await process.stop();
    }
  });
});

async function startProcess() {
  const process = await EmulatorProcess.start();
  return { admin: process.admin, stop: () => process.stop() };
}
