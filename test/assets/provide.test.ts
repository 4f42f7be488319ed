import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Asset } from '../../lib/assets/asset';
import { type ProvideOptions, provideAsset } from '../../lib/assets/provide';
import { type Behaviour, type FileServer, serve } from './file-server';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');

let folder: string;
let servers: FileServer[];
let notices: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assets-'));
  servers = [];
  notices = [];
});

afterEach(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function server(...behaviours: Behaviour[]): Promise<FileServer> {
  const started = await serve(content, behaviours);
  servers.push(started);
  return started;
}

function asset(urls: readonly string[], rest: Partial<Asset> = {}): Asset {
  return {
    name: 'net',
    kind: 'vocoder',
    file: 'net.pt',
    urls,
    bytes: content.length,
    sha256,
    licence: 'MIT',
    terms: null,
    use: 'Test.',
    cite: 'the author',
    members: [],
    ...rest,
  };
}

function options(rest: Partial<ProvideOptions> = {}): ProvideOptions {
  return {
    folder,
    offline: false,
    progress: () => undefined,
    notice: (text) => notices.push(text),
    signal: new AbortController().signal,
    env: {},
    stallMs: 300,
    sleep: async () => undefined,
    ...rest,
  };
}

const there = (): Buffer => readFileSync(join(folder, 'net', 'net.pt'));

describe('provideAsset', () => {
  it('fetches, verifies, and opens no connection the second time', async () => {
    const from = await server('whole');
    const first = await provideAsset(asset([from.url]), options());
    expect(there().equals(content)).toBe(true);
    expect(first.sha256).toBe(sha256);
    await provideAsset(asset([from.url]), options({ offline: true }));
    expect(from.ranges).toEqual(['']);
  });

  it('asks for the rest only after a connection broke off', async () => {
    const from = await server({ breakAfter: 100_000 }, { breakAfter: 50_000 }, 'whole');
    await provideAsset(asset([from.url]), options());
    expect(there().equals(content)).toBe(true);
    expect(from.ranges[0]).toBe('');
    const starts = from.ranges.slice(1).map((range) => Number(/\d+/.exec(range)?.[0]));
    // what was under way when the connection broke may be lost, never doubled
    expect(starts[0]).toBeGreaterThan(0);
    expect(starts[0]).toBeLessThanOrEqual(100_000);
    expect(starts[1]).toBeLessThanOrEqual(starts[0]! + 50_000);
  });

  it('goes on in another call', async () => {
    const from = await server({ breakAfter: 100_000 }, 'not-found');
    await expect(provideAsset(asset([from.url]), options())).rejects.toMatchObject({
      code: 'asset-unreachable',
    });
    expect(existsSync(join(folder, 'net', 'net.pt'))).toBe(false);
    const again = await server('whole');
    // another address: the version cannot be known to be the same
    await provideAsset(asset([again.url]), options());
    expect(again.ranges).toEqual(['']);
    expect(there().equals(content)).toBe(true);
  });

  it('ends a connection on which nothing comes, and goes on', async () => {
    const from = await server({ stallAfter: 1000 }, 'whole');
    await provideAsset(asset([from.url]), options());
    expect(there().equals(content)).toBe(true);
    expect(from.ranges).toHaveLength(2);
  });

  it.each<[string, Behaviour[]]>([
    ['ignores ranges', [{ breakAfter: 1000 }, 'no-ranges']],
    ['has a new version', [{ breakAfter: 1000 }, 'other-version']],
    ['is busy for a moment', ['busy', 'busy', 'whole']],
    ['answers from the wrong place once', [{ breakAfter: 1000 }, 'wrong-start', 'whole']],
  ])('copes with a server that %s', async (_, behaviours) => {
    const from = await server(...behaviours);
    await provideAsset(asset([from.url]), options());
    expect(there().equals(content)).toBe(true);
  });

  it('follows redirects', async () => {
    const real = await server('whole');
    const from = await server({ redirectTo: real.url });
    await provideAsset(asset([from.url]), options());
    expect(there().equals(content)).toBe(true);
  });

  it.each<[string, Behaviour]>([
    ['wrong bytes', { content: randomBytes(content.length) }],
    ['a longer file', { content: Buffer.concat([content, content]) }],
    ['a shorter file', { content: content.subarray(0, 1000) }],
    ['less than it claims', { claimBytes: content.length + 5 }],
    ['an error', 'not-found'],
  ])('takes the next address when one gives %s', async (_, behaviour) => {
    const bad = await server(behaviour);
    const good = await server('whole');
    await provideAsset(asset([bad.url, good.url]), options());
    expect(there().equals(content)).toBe(true);
  });

  it('says what each address answered, and leaves no half file', async () => {
    const wrongBytes = await server({ content: randomBytes(content.length) });
    const gone = await server('not-found');
    const failing = provideAsset(asset([wrongBytes.url, gone.url]), options());
    await expect(failing).rejects.toMatchObject({
      code: 'asset-unreachable',
      message: expect.stringMatching(/SHA-256[\s\S]*answered 404/),
      remedy: expect.stringContaining(join(folder, 'net', 'net.pt')),
    });
    expect(readdirSync(join(folder, 'net'))).toEqual([]);
  });

  it('stops when it is told to, and keeps what arrived', async () => {
    const from = await server({ stallAfter: 1000 });
    const stop = new AbortController();
    const running = provideAsset(
      asset([from.url]),
      options({ signal: stop.signal, stallMs: 60_000, progress: () => stop.abort(new Error('stopped')) }),
    );
    await expect(running).rejects.toThrow('stopped');
    expect(existsSync(join(folder, 'net', 'net.pt'))).toBe(false);
  });

  it('says what to put where when it may not fetch', async () => {
    await expect(
      provideAsset(asset(['https://example.org/net.pt']), options({ offline: true })),
    ).rejects.toMatchObject({
      code: 'asset-missing',
      remedy: `Fetch it by hand from https://example.org/net.pt and put it here: ${join(folder, 'net', 'net.pt')}`,
    });
  });

  it('takes a file that a person put there, and refuses a wrong one without touching it', async () => {
    mkdirSync(join(folder, 'net'));
    const path = join(folder, 'net', 'net.pt');
    writeFileSync(path, content);
    await provideAsset(asset([]), options());
    writeFileSync(path, randomBytes(content.length));
    await expect(provideAsset(asset([]), options())).rejects.toMatchObject({ code: 'asset-wrong' });
    expect(existsSync(path)).toBe(true);
  });

  it('pins a file whose hash nobody publishes', async () => {
    const first = await server('whole');
    const unpublished = (url: string): Asset => asset([url], { sha256: null, bytes: null });
    await provideAsset(unpublished(first.url), options());
    expect(notices.join()).toContain(sha256);
    rmSync(join(folder, 'net'), { recursive: true });
    const other = await server({ content: randomBytes(content.length) });
    await expect(provideAsset(unpublished(other.url), options())).rejects.toMatchObject({
      code: 'asset-unreachable',
    });
  });

  it('says the terms before it fetches', async () => {
    const from = await server('whole');
    await provideAsset(asset([from.url], { terms: 'Not for sale.' }), options());
    expect(notices).toEqual(['net: Not for sale.']);
  });

  it('goes through the proxy of the environment', async () => {
    const from = await server('whole');
    const { createServer } = await import('node:http');
    const { connect } = await import('node:net');
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const up = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        up.pipe(socket).pipe(up);
      });
      up.on('error', () => socket.destroy());
      socket.on('error', () => up.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    try {
      await provideAsset(asset([from.url]), options({ env: { HTTP_PROXY: `http://127.0.0.1:${port}` } }));
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
    expect(tunnels).toEqual([new URL(from.url).host]);
  });
});

describe('zips', () => {
  const zipped = (entries: Record<string, Buffer>): Buffer => {
    const zip = new AdmZip();
    for (const [name, bytes] of Object.entries(entries)) zip.addFile(name, bytes);
    return zip.toBuffer();
  };
  const put = (bytes: Buffer): void => {
    mkdirSync(join(folder, 'net'), { recursive: true });
    writeFileSync(join(folder, 'net', 'net.zip'), bytes);
  };
  const members = [{ path: 'inner/model', file: 'model', bytes: content.length, sha256 }];
  const archive = asset([], { file: 'net.zip', bytes: null, sha256: null, members });

  it('unpacks the members that are named, nothing else', async () => {
    put(zipped({ 'inner/model': content, '../evil': Buffer.from('x'), 'inner/other': Buffer.from('y') }));
    const got = await provideAsset(archive, options());
    expect(readFileSync(join(got.folder, 'model')).equals(content)).toBe(true);
    expect(readdirSync(got.folder).sort()).toEqual(['model', 'net.zip', 'net.zip.verified']);
  });

  it('takes the only entry of a kind', async () => {
    put(zipped({ 'voice/deep/a.ckpt': content }));
    const one = { ...archive, members: [{ path: '*.ckpt', file: 'voice.ckpt', bytes: null, sha256: null }] };
    const got = await provideAsset(one, options());
    expect(readFileSync(join(got.folder, 'voice.ckpt')).equals(content)).toBe(true);
  });

  it.each([
    ['no zip', () => randomBytes(1000)],
    ['no such member', () => zipped({ other: content })],
    ['the member twice', () => zipped({ 'a/inner/model': content, 'b/inner/model': content })],
    ['another content', () => zipped({ 'inner/model': randomBytes(content.length) })],
    ['a longer member', () => zipped({ 'inner/model': Buffer.concat([content, content]) })],
  ])('refuses %s', async (_, make) => {
    put(make());
    await expect(provideAsset(archive, options())).rejects.toMatchObject({ code: 'asset-zip' });
    expect(existsSync(join(folder, 'net', 'model'))).toBe(false);
  });
});
