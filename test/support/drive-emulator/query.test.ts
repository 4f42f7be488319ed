import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DriveEmulator } from './emulator';
import { RawClient, reasonOf } from './raw-client';

let emulator: DriveEmulator;
let client: RawClient;
let folder: string;
const names = new Map<string, string>();
beforeAll(async () => {
  emulator = await DriveEmulator.start();
  client = RawClient.of(emulator);
  folder = emulator.drive.addFolder({ name: 'Alice' });
  const add = (name: string, more: object): void => {
    names.set(emulator.drive.addFile({ name, bytes: Buffer.from('x'), parent: folder, ...more }), name);
  };
  add('HelloWorld.ckpt', { properties: { dsvcRun: 'r1', dsvcStep: '2000' } });
  add("Valentine's", { properties: { dsvcRun: 'r2' } });
  add('back\\slash', { mimeType: 'audio/wav' });
  names.set(emulator.drive.addFile({ name: 'above', bytes: Buffer.from('x') }), 'above');
  names.set(folder, 'Alice');
  const old = emulator.drive.addFile({ name: 'old', bytes: Buffer.from('x') });
  names.set(old, 'old');
  emulator.drive.change(old, { explicitlyTrashed: true, modifiedMs: Date.parse('2020-01-01T00:00:00Z') });
});
afterAll(() => emulator.stop());

// expected values: "Search query terms and operators" and "Search for files and folders" of the Drive guides
describe('search', () => {
  it.each([
    ["name contains 'hello'", ['HelloWorld.ckpt']],
    ["name contains 'World'", []],
    ["name = 'helloworld.CKPT'", ['HelloWorld.ckpt']],
    ["name = 'Valentine\\'s'", ["Valentine's"]],
    ["name = 'back\\\\slash'", ['back\\slash']],
    ["'root' in parents and trashed = false", ['Alice', 'above']],
    ["'root' in parents", ['Alice', 'above', 'old']],
    ["mimeType = 'application/vnd.google-apps.folder'", ['Alice']],
    [
      "mimeType != 'application/vnd.google-apps.folder' and trashed=false",
      ['HelloWorld.ckpt', "Valentine's", 'above', 'back\\slash'],
    ],
    ["mimeType contains 'audio/'", ['back\\slash']],
    ["properties has { key='dsvcRun' and value='r1' }", ['HelloWorld.ckpt']],
    [
      "properties has {key='dsvcRun' and value='r1'} or properties has {key='dsvcRun' and value='r2'}",
      ['HelloWorld.ckpt', "Valentine's"],
    ],
    ["appProperties has { key='dsvcRun' and value='r1' }", []],
    [
      "not name contains 'hello' and not trashed = true and 'me' in owners and not 'root' in parents",
      ["Valentine's", 'back\\slash'],
    ],
    ['trashed = true', ['old']],
    ["modifiedTime < '2020-06-01T12:00:00'", ['old']],
    ["(name = 'above' or name = 'old') and trashed = true", ['old']],
    ["name = 'nothing' and name = 'nothing' or name = 'above'", ['above']],
  ])('%s', async (q, expected) => {
    const found = await client.list(q);
    expect(found.map((id) => names.get(id)).sort()).toEqual([...expected].sort());
  });

  it('knows folders by id', async () => {
    expect(await client.list(`'${folder}' in parents`)).toHaveLength(3);
  });

  it.each([
    'name',
    "name = 'a",
    "name ~ 'a'",
    "size > '3'",
    "name = 'a' and",
    "name = 'a' name = 'b'",
    "'x' in owner",
    "name contains 'a' & trashed",
    "trashed = 'false'",
    'name = true',
    "name = 'a\\n'",
    "properties has { key='a' }",
  ])('refuses %s', async (q) => {
    const answer = await client.get(`drive/v3/files?q=${encodeURIComponent(q)}`);
    expect([answer.status, reasonOf(answer)]).toEqual([400, 'invalid']);
  });
});

describe('order and pages', () => {
  it('orders', async () => {
    const inOrder = async (by: string): Promise<(string | undefined)[]> =>
      (await client.list('trashed = false', `&orderBy=${encodeURIComponent(by)}`)).map((id) => names.get(id));
    expect((await inOrder('folder,name desc'))[0]).toBe('Alice');
    expect(await inOrder('name')).toEqual((await inOrder('name desc')).reverse());
    expect((await client.get('drive/v3/files?orderBy=size')).status).toBe(400);
  });

  it('pages through everything once; a token serves its question only', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const more = token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`;
      const { json } = await client.get(`drive/v3/files?pageSize=4&orderBy=name${more}`);
      seen.push(...json.files.map((file: { id: string }) => file.id));
      token = json.nextPageToken;
      pages += 1;
    } while (token !== undefined);
    expect(pages).toBe(2);
    expect(new Set(seen)).toEqual(new Set(names.keys()));
    const { json } = await client.get('drive/v3/files?pageSize=1');
    const wrong = await client.get(
      `drive/v3/files?pageSize=1&orderBy=name&pageToken=${encodeURIComponent(json.nextPageToken)}`,
    );
    expect(reasonOf(wrong)).toBe('invalid');
    expect((await client.get('drive/v3/files?pageSize=0')).status).toBe(400);
  });
});
