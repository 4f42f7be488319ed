import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriveEmulator } from './emulator';
import { RawClient, reasonOf } from './raw-client';

const FOLDER = 'application/vnd.google-apps.folder';
let emulator: DriveEmulator;
let client: RawClient;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
  client = RawClient.of(emulator);
});
afterEach(() => emulator.stop());

const file = (name: string, parent?: string, more: object = {}): string =>
  emulator.drive.addFile({ name, bytes: Buffer.from(name), ...(parent ? { parent } : {}), ...more });

describe('masks', () => {
  it('give the documented defaults', async () => {
    const id = file('a');
    const got = await client.get(`drive/v3/files/${id}`);
    expect(Object.keys(got.json).sort()).toEqual(['id', 'kind', 'mimeType', 'name']);
    const listed = await client.get('drive/v3/files');
    expect(Object.keys(listed.json.files[0]).sort()).toEqual(['id', 'kind', 'mimeType', 'name']);
  });

  // rclone 1.60 trashes with `fields=`
  it('are the defaults where the parameter is empty', async () => {
    const id = file('a');
    expect((await client.get(`drive/v3/files/${id}?fields=`)).json.name).toBe('a');
  });

  it('select', async () => {
    const id = file('a');
    const got = await client.get(`drive/v3/files/${id}?fields=size,owners(me),owners/emailAddress`);
    expect(got.json).toEqual({ size: '1', owners: [{ me: true, emailAddress: 'me@example.com' }] });
    const listed = await client.get('drive/v3/files?fields=files/id,incompleteSearch');
    expect(listed.json).toEqual({ incompleteSearch: false, files: [{ id }] });
  });

  it.each(['nonsense', 'files(id', 'files(nonsense)'])('refuse %s', async (fields) => {
    const answer = await client.get(`drive/v3/files?fields=${encodeURIComponent(fields)}`);
    expect(reasonOf(answer)).toBe('invalidParameter');
  });
});

describe('trash', () => {
  it('takes everything in a folder along, without marking it', async () => {
    const folder = emulator.drive.addFolder({ name: 'f' });
    const inner = file('a', emulator.drive.addFolder({ name: 'g', parent: folder }));
    await client.send('PATCH', `drive/v3/files/${folder}`, { trashed: true });
    const got = await client.get(`drive/v3/files/${inner}?fields=trashed,explicitlyTrashed`);
    expect(got.json).toEqual({ trashed: true, explicitlyTrashed: false });
    expect(await client.list('trashed = false')).toEqual([]);
    await client.send('PATCH', `drive/v3/files/${folder}`, { trashed: false });
    expect(await client.list('trashed = false')).toHaveLength(3);
  });

  it('is the owner’s alone', async () => {
    emulator.accounts.addPerson('friend@example.com');
    const theirs = file('a', undefined, { owner: 'friend@example.com', writers: ['me@example.com'] });
    expect(reasonOf(await client.send('PATCH', `drive/v3/files/${theirs}`, { trashed: true }))).toBe(
      'insufficientFilePermissions',
    );
    expect((await client.send('PATCH', `drive/v3/files/${theirs}`, { name: 'b' })).status).toBe(200);
    expect(reasonOf(await client.send('DELETE', `drive/v3/files/${theirs}`))).toBe(
      'insufficientFilePermissions',
    );
  });

  it('is emptied by Drive after 30 days', async () => {
    const id = file('a');
    await client.send('PATCH', `drive/v3/files/${id}`, { trashed: true });
    emulator.clock.advance(29 * 24 * 3600_000);
    emulator.drive.purgeOld();
    expect(emulator.drive.find(id)).toBeDefined();
    emulator.clock.advance(2 * 24 * 3600_000);
    emulator.drive.purgeOld();
    expect(emulator.drive.find(id)).toBeUndefined();
  });
});

describe('metadata', () => {
  it('sets and, by null, deletes properties; app properties are private to a client', async () => {
    const id = file('a');
    const patch = (properties: object) =>
      client.send('PATCH', `drive/v3/files/${id}?fields=properties,appProperties`, properties);
    await patch({ properties: { a: '1', b: '2' }, appProperties: { c: '3' } });
    const answer = await patch({ properties: { a: null } });
    expect(answer.json).toEqual({ properties: { b: '2' }, appProperties: { c: '3' } });
    const other = RawClient.of(emulator, ['drive'], 'another');
    expect((await other.get(`drive/v3/files/${id}?fields=properties,appProperties`)).json).toEqual({
      properties: { b: '2' },
    });
  });

  it('limits a property to 124 bytes', async () => {
    const id = file('a');
    const fits = { properties: { key: 'x'.repeat(121) } };
    expect((await client.send('PATCH', `drive/v3/files/${id}`, fits)).status).toBe(200);
    const long = { properties: { key: 'x'.repeat(122) } };
    expect((await client.send('PATCH', `drive/v3/files/${id}`, long)).status).toBe(400);
  });

  it('is moved by parameters, not by the body', async () => {
    const folder = emulator.drive.addFolder({ name: 'f' });
    const id = file('a');
    expect(reasonOf(await client.send('PATCH', `drive/v3/files/${id}`, { parents: [folder] }))).toBe(
      'fieldNotWritable',
    );
    const moved = await client.send(
      'PATCH',
      `drive/v3/files/${id}?addParents=${folder}&removeParents=root&fields=parents`,
    );
    expect(moved.json).toEqual({ parents: [folder] });
  });

  it('refuses fields that are read-only or unknown', async () => {
    expect(reasonOf(await client.send('POST', 'drive/v3/files', { md5Checksum: 'x' }))).toBe(
      'fieldNotWritable',
    );
    expect(reasonOf(await client.send('POST', 'drive/v3/files', { nonsense: 1 }))).toBe('invalid');
    expect(reasonOf(await client.send('POST', 'drive/v3/files', '{'))).toBe('parseError');
    expect(reasonOf(await client.send('POST', 'drive/v3/files?nonsense=1', {}))).toBe('invalidParameter');
  });

  it('copies a file with its properties', async () => {
    const id = file('a', undefined, { properties: { k: 'v' } });
    const copy = await client.send('POST', `drive/v3/files/${id}/copy?fields=id,name,properties,size`, {
      name: 'b',
    });
    expect(copy.json).toEqual({ id: copy.json.id, name: 'b', properties: { k: 'v' }, size: '1' });
    expect(copy.json.id).not.toBe(id);
  });

  it('deletes a folder with everything in it', async () => {
    const folder = emulator.drive.addFolder({ name: 'f' });
    const inner = file('a', folder);
    expect((await client.send('DELETE', `drive/v3/files/${folder}`)).status).toBe(204);
    expect(reasonOf(await client.get(`drive/v3/files/${inner}`))).toBe('notFound');
  });

  it('needs a parent that is a folder', async () => {
    const id = file('a');
    expect(reasonOf(await client.send('POST', 'drive/v3/files', { parents: [id] }))).toBe('parentNotAFolder');
    expect(reasonOf(await client.send('POST', 'drive/v3/files', { parents: ['nowhere'] }))).toBe('notFound');
    expect(reasonOf(await client.send('POST', 'drive/v3/files', { parents: ['a', 'b'] }))).toBe(
      'cannotAddParent',
    );
  });
});

describe('download', () => {
  it('gives all, a range, or 416', async () => {
    const id = emulator.drive.addFile({ name: 'a', bytes: Buffer.from('0123456789') });
    const url = `drive/v3/files/${id}?alt=media`;
    expect((await client.get(url)).bytes.toString()).toBe('0123456789');
    const part = await client.get(url, { range: 'bytes=3-5' });
    expect([part.status, part.bytes.toString(), part.headers.get('content-range')]).toEqual([
      206,
      '345',
      'bytes 3-5/10',
    ]);
    expect((await client.get(url, { range: 'bytes=7-' })).bytes.toString()).toBe('789');
    expect((await client.get(url, { range: 'bytes=-2' })).bytes.toString()).toBe('89');
    expect((await client.get(url, { range: 'bytes=10-' })).status).toBe(416);
  });

  it('refuses folders and shortcuts', async () => {
    const folder = emulator.drive.addFolder({ name: 'f' });
    const shortcut = emulator.drive.addShortcut({ name: 's', target: folder });
    for (const id of [folder, shortcut]) {
      expect(reasonOf(await client.get(`drive/v3/files/${id}?alt=media`))).toBe('fileNotDownloadable');
    }
    const got = await client.get(`drive/v3/files/${shortcut}?fields=shortcutDetails`);
    expect(got.json).toEqual({ shortcutDetails: { targetId: folder, targetMimeType: FOLDER } });
  });
});
