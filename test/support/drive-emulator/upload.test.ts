import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriveEmulator } from './emulator';
import { RawClient, reasonOf } from './raw-client';

const BLOCK = 256 * 1024;
const bytes = randomBytes(3 * BLOCK + 1000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let emulator: DriveEmulator;
let client: RawClient;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
  client = RawClient.of(emulator);
});
afterEach(() => emulator.stop());

async function session(
  metadata: object = { name: 'a' },
  size: number | null = bytes.length,
): Promise<string> {
  const answer = await client.start(metadata, size);
  expect(answer.status).toBe(200);
  return answer.headers.get('location')!;
}

describe('resumable upload', () => {
  it('takes pieces of 256 KiB multiples and answers 308 with what it has', async () => {
    const uri = await session();
    const first = await client.piece(uri, bytes.subarray(0, 2 * BLOCK), 0, bytes.length);
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${2 * BLOCK - 1}`]);
    expect(emulator.drive.nodes().filter((node) => node.content)).toEqual([]);
    const last = await client.piece(uri, bytes.subarray(2 * BLOCK), 2 * BLOCK, bytes.length);
    expect(last.status).toBe(200);
    expect(last.json).toMatchObject({ name: 'a', size: String(bytes.length), sha256Checksum: sha256 });
  });

  it('takes POST for PUT, an unknown length, and tells a finished upload again', async () => {
    const uri = await session({ name: 'a' }, null);
    const first = await client.piece(uri, bytes.subarray(0, BLOCK), 0, '*', 'POST');
    expect(first.status).toBe(308);
    const last = await client.piece(uri, bytes.subarray(BLOCK), BLOCK, bytes.length, 'POST');
    const again = await client.state(uri, bytes.length);
    expect([again.status, again.json.id]).toEqual([200, last.json.id]);
  });

  it('answers the question for the state, without Range while nothing is kept', async () => {
    const uri = await session();
    const none = await client.state(uri, bytes.length);
    expect([none.status, none.headers.get('range')]).toEqual([308, null]);
    await client.piece(uri, bytes.subarray(0, BLOCK), 0, bytes.length);
    const one = await client.state(uri, '*');
    expect(one.headers.get('range')).toBe(`bytes=0-${BLOCK - 1}`);
  });

  it.each([
    ['a gap', BLOCK, 2 * BLOCK, bytes.length],
    ['a piece that is no multiple', 0, BLOCK + 1, bytes.length],
    ['another total', 0, BLOCK, bytes.length + 1],
  ])('refuses %s', async (_, from, to, total) => {
    const uri = await session();
    const answer = await client.piece(uri, bytes.subarray(from, to), from, total);
    expect(answer.status).toBe(400);
    expect((await client.state(uri, bytes.length)).headers.get('range')).toBe(null);
  });

  it('refuses a repeated piece and goes on from the right place', async () => {
    const uri = await session();
    await client.piece(uri, bytes.subarray(0, BLOCK), 0, bytes.length);
    expect((await client.piece(uri, bytes.subarray(0, BLOCK), 0, bytes.length)).status).toBe(400);
    expect((await client.piece(uri, bytes.subarray(BLOCK), BLOCK, bytes.length)).json.sha256Checksum).toBe(
      sha256,
    );
  });

  it('stores an empty file', async () => {
    const uri = await session({ name: 'empty' }, 0);
    const answer = await client.send('PUT', uri, null, { 'content-range': 'bytes */0' });
    expect(answer.json).toMatchObject({ size: '0', md5Checksum: 'd41d8cd98f00b204e9800998ecf8427e' });
  });

  it('forgets sessions after a week', async () => {
    const uri = await session();
    emulator.clock.advance(7 * 24 * 3600 * 1000 + 1000);
    client = RawClient.of(emulator);
    expect((await client.state(uri, bytes.length)).status).toBe(404);
  });

  it('keeps whole blocks of a piece that broke off', async () => {
    const uri = await session();
    emulator.faults.add({
      contentRange: '^bytes 0-',
      action: { kind: 'keep', bytes: BLOCK + 5000, end: 'drop' },
    });
    await expect(client.piece(uri, bytes, 0, bytes.length)).rejects.toThrow();
    expect((await client.state(uri, bytes.length)).headers.get('range')).toBe(`bytes=0-${BLOCK - 1}`);
    const rest = await client.piece(uri, bytes.subarray(BLOCK), BLOCK, bytes.length);
    expect(rest.json.sha256Checksum).toBe(sha256);
  });

  it('answers a short 308 on request, also one that kept nothing', async () => {
    const uri = await session();
    emulator.faults.add({ contentRange: '^bytes 0-', action: { kind: 'keep', bytes: 0, end: 'answer' } });
    const none = await client.piece(uri, bytes.subarray(0, 2 * BLOCK), 0, bytes.length);
    expect([none.status, none.headers.get('range')]).toEqual([308, null]);
    emulator.faults.add({
      contentRange: '^bytes 0-',
      action: { kind: 'keep', bytes: BLOCK, end: 'answer' },
    });
    const one = await client.piece(uri, bytes.subarray(0, 2 * BLOCK), 0, bytes.length);
    expect(one.headers.get('range')).toBe(`bytes=0-${BLOCK - 1}`);
  });

  it('replaces the bytes of a file and keeps the former ones as a revision outside the quota', async () => {
    const id = emulator.drive.addFile({ name: 'a', bytes: Buffer.from('old') });
    const answer = await client.send(
      'PATCH',
      `upload/drive/v3/files/${id}?uploadType=media&fields=size`,
      bytes,
    );
    expect(answer.json).toEqual({ size: String(bytes.length) });
    expect(emulator.drive.usage().total).toBe(bytes.length);
    const { json } = await client.get(`drive/v3/files/${id}/revisions?fields=revisions(id,size)`);
    expect(json.revisions.map((r: { size: string }) => r.size)).toEqual(['3', String(bytes.length)]);
    const old = await client.get(`drive/v3/files/${id}/revisions/${json.revisions[0].id}?alt=media`);
    expect(old.bytes.toString()).toBe('old');
  });
});

describe('ids', () => {
  it('gives out ids, takes each once, and answers 409 to a repeat', async () => {
    const { json } = await client.get('drive/v3/files/generateIds?count=2');
    const [id] = json.ids;
    const [first, second] = [await session({ id, name: 'a' }), await session({ id, name: 'a' })];
    expect((await client.piece(first, bytes, 0, bytes.length)).json.id).toBe(id);
    expect(reasonOf(await client.piece(second, bytes, 0, bytes.length))).toBe('fileIdInUse');
    expect(reasonOf(await client.start({ id, name: 'a' }, 1))).toBe('fileIdInUse');
    expect(reasonOf(await client.start({ id: 'made-up', name: 'a' }, 1))).toBe('invalid');
  });

  it('allows twins', async () => {
    for (let i = 0; i < 2; i++) await client.send('POST', 'drive/v3/files', { name: 'twin' });
    expect(await client.list("name = 'TWIN'")).toHaveLength(2);
  });
});

describe('simple uploads', () => {
  it('takes metadata and media in one body', async () => {
    const body = Buffer.concat([
      Buffer.from(
        '--x\r\nContent-Type: application/json\r\n\r\n{"name":"two"}\r\n--x\r\nContent-Type: audio/wav\r\n\r\n',
      ),
      bytes,
      Buffer.from('\r\n--x--'),
    ]);
    const answer = await client.send('POST', 'upload/drive/v3/files?uploadType=multipart&fields=*', body, {
      'content-type': 'multipart/related; boundary="x"',
    });
    expect(answer.json).toMatchObject({ name: 'two', mimeType: 'audio/wav', sha256Checksum: sha256 });
  });

  it('names a bare upload Untitled', async () => {
    const answer = await client.send('POST', 'upload/drive/v3/files?uploadType=media', 'abc');
    expect(answer.json.name).toBe('Untitled');
  });

  it.each(['no boundary', '--x\r\nbroken'])('refuses a malformed body: %s', async (body) => {
    const answer = await client.send('POST', 'upload/drive/v3/files?uploadType=multipart', body, {
      'content-type': 'multipart/related; boundary=x',
    });
    expect(reasonOf(answer)).toBe('badContent');
  });
});

describe('quota', () => {
  it('is checked when an upload begins and when it ends; the trash counts', async () => {
    await emulator.stop();
    emulator = await DriveEmulator.start({ quotaBytes: bytes.length + 10 });
    client = RawClient.of(emulator);
    const old = emulator.drive.addFile({ name: 'old', bytes: Buffer.alloc(10) });
    const uri = await session();
    emulator.drive.addFile({ name: 'meanwhile', bytes: Buffer.alloc(10) });
    await client.send('PATCH', `drive/v3/files/${old}`, { trashed: true });
    expect(reasonOf(await client.piece(uri, bytes, 0, bytes.length))).toBe('storageQuotaExceeded');
    expect(reasonOf(await client.start({ name: 'b' }, bytes.length))).toBe('storageQuotaExceeded');
    const about = await client.get('drive/v3/about?fields=storageQuota');
    expect(about.json.storageQuota).toMatchObject({ usage: '20', usageInDriveTrash: '10' });
    await client.send('DELETE', 'drive/v3/files/trash');
    expect(emulator.drive.usage()).toEqual({ total: 10, trash: 0 });
    expect((await client.start({ name: 'b' }, bytes.length)).status).toBe(200);
  });
});
