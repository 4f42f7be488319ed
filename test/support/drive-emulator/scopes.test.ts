import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriveEmulator } from './emulator';
import { RawClient, reasonOf } from './raw-client';

let emulator: DriveEmulator;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
});
afterEach(() => emulator.stop());

describe('scopes', () => {
  it('drive.file sees what its own client made and nothing else', async () => {
    const byHand = emulator.drive.addFile({ name: 'songs.zip', bytes: Buffer.from('x') });
    const client = RawClient.of(emulator, ['drive.file']);
    expect(reasonOf(await client.get(`drive/v3/files/${byHand}`))).toBe('notFound');
    expect(reasonOf(await client.get('drive/v3/files/root'))).toBe('notFound');
    const own = await client.send('POST', 'drive/v3/files', { name: 'own' });
    expect(await client.list("'root' in parents")).toEqual([own.json.id]);
    const stranger = RawClient.of(emulator, ['drive.file'], 'another client');
    expect(await stranger.list('trashed = false')).toEqual([]);
    expect(reasonOf(await client.send('DELETE', 'drive/v3/files/trash'))).toBe('insufficientPermissions');
  });

  it('drive.readonly reads everything and writes nothing', async () => {
    const byHand = emulator.drive.addFile({ name: 'songs.zip', bytes: Buffer.from('x') });
    const client = RawClient.of(emulator, ['drive.readonly']);
    expect((await client.get(`drive/v3/files/${byHand}?alt=media`)).bytes.toString()).toBe('x');
    const writes = [
      client.send('POST', 'drive/v3/files', {}),
      client.send('PATCH', `drive/v3/files/${byHand}`, { trashed: true }),
      client.send('DELETE', `drive/v3/files/${byHand}`),
      client.start({}, 1),
    ];
    for (const answer of await Promise.all(writes)) expect(reasonOf(answer)).toBe('insufficientPermissions');
  });

  it('no token and a wrong token are 401', async () => {
    const none = await fetch(`${emulator.url}drive/v3/files`);
    expect(none.status).toBe(401);
    const wrong = new RawClient(emulator.url, 'wrong');
    expect(reasonOf(await wrong.get('drive/v3/files'))).toBe('authError');
  });

  it('a token ends after an hour', async () => {
    const client = RawClient.of(emulator);
    emulator.clock.advance(3600_001);
    expect((await client.get('drive/v3/files')).status).toBe(401);
  });
});

describe('shared drives', () => {
  const me = 'me@example.com';

  it('are left out unless asked for in the right way', async () => {
    const driveId = emulator.drive.addSharedDrive('Choir', { [me]: 'writer' });
    const id = emulator.drive.addFile({ name: 'a', bytes: Buffer.from('x'), parent: driveId });
    const client = RawClient.of(emulator);
    expect(await client.list('')).toEqual([]);
    expect(reasonOf(await client.get(`drive/v3/files/${id}`))).toBe('notFound');
    expect((await client.get(`drive/v3/files/${id}?supportsAllDrives=true`)).status).toBe(200);
    const all = '&supportsAllDrives=true&includeItemsFromAllDrives=true';
    expect(await client.list('', all)).toEqual([id]);
    expect(await client.list('', `${all}&corpora=drive&driveId=${driveId}`)).toEqual([id]);
    for (const wrong of [
      'includeItemsFromAllDrives=true',
      'corpora=drive',
      `driveId=${driveId}`,
      `corpora=drive&driveId=${driveId}`,
    ]) {
      expect((await client.get(`drive/v3/files?${wrong}`)).status).toBeGreaterThanOrEqual(400);
    }
    expect((await client.get('drive/v3/drives')).json.drives).toEqual([
      { kind: 'drive#drive', id: driveId, name: 'Choir' },
    ]);
  });

  it('let writers write, fileOrganizers trash, organizers delete', async () => {
    const may = async (role: string): Promise<number[]> => {
      const driveId = emulator.drive.addSharedDrive(role, { [me]: role });
      const id = emulator.drive.addFile({ name: 'a', bytes: Buffer.from('x'), parent: driveId });
      const client = RawClient.of(emulator);
      const url = `drive/v3/files/${id}?supportsAllDrives=true`;
      return [
        (await client.send('PATCH', url, { name: 'b' })).status,
        (await client.send('PATCH', url, { trashed: true })).status,
        (await client.send('DELETE', url)).status,
      ];
    };
    expect(await may('reader')).toEqual([403, 403, 403]);
    expect(await may('writer')).toEqual([200, 403, 403]);
    expect(await may('fileOrganizer')).toEqual([200, 200, 403]);
    expect(await may('organizer')).toEqual([200, 200, 204]);
  });
});
