/**
 * Gives a public file: from the shared folder, or fetched, always verified before it is used. Layout of the folder:
 * `<name>/<file>` (and the members of a zip beside it), `pinned.json`.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError, UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { writeFileAtomic } from '../storage/atomic-file';
import { requireFree } from '../storage/disk-space';
import { digestFile } from '../storage/file-source';
import { lockFolder } from '../storage/folder-lock';
import type { Asset } from './asset';
import { type DownloadOptions, download } from './download';
import { pin, readPins } from './pins';
import { unpackMembers } from './unpack';

/** Where files lie and how they are got. */
export interface ProvideOptions extends DownloadOptions {
  /** shared by all voices and runs of this person */
  readonly folder: string;
  /** use what is there, open no connection */
  readonly offline: boolean;
  readonly notice: OnNotice;
}

/** A file that is there and verified. */
export interface Provided {
  /** the published file */
  readonly path: string;
  /** folder with the unpacked members */
  readonly folder: string;
  readonly sha256: string;
}

/** What was verified when, so that 400 MB are not hashed at every start. */
interface Stamp {
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly sha256: string;
}

/**
 * Gives `asset`, fetching it when it is not there.
 * @throws UserError `asset-missing` (offline, or no address is known; says what to put where), `asset-wrong` (what lies
 *   there is another file), `asset-unreachable` (every address failed; says why each), `disk-space`, `folder-locked`,
 *   those of `unpackMembers`; the signal's reason
 */
export async function provideAsset(asset: Asset, options: ProvideOptions): Promise<Provided> {
  const folder = join(options.folder, asset.name);
  const path = join(folder, asset.file);
  if (!existsSync(path) && (options.offline || asset.urls.length === 0)) throw missing(asset, path, options);
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder, `fetching ${asset.name}`, options.notice);
  try {
    if (!existsSync(path)) await fetchFirst(asset, path, options);
    const sha256 = await verify(asset, path, options);
    return { path, folder, sha256 };
  } finally {
    await lock.release();
  }
}

/** Tries the addresses in their order until one gives the right bytes. */
async function fetchFirst(asset: Asset, path: string, options: ProvideOptions): Promise<void> {
  if (asset.terms !== null) options.notice(`${asset.name}: ${asset.terms}`);
  if (asset.bytes !== null) await requireFree(path, 2 * asset.bytes, asset.file);
  const due = asset.sha256 ?? (await readPins(options.folder))[asset.name] ?? null;
  const part = `${path}.part`;
  const failures: string[] = [];
  for (const url of asset.urls) {
    try {
      await download({ url, bytes: asset.bytes, part, label: asset.name }, options);
      const { sha256: found } = await digestFile(part, options.signal);
      if (due === null || found === due) return await rename(part, path);
      failures.push(`${url}: SHA-256 ${found} instead of ${due}`);
      await rm(part, { force: true });
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isUserError(error)) throw error;
      failures.push(error.message);
      // Bytes of a file that is not the published one are of no use to the next address.
      if (error.code === 'download-size') await rm(part, { force: true });
    }
  }
  throw new UserError(
    'asset-unreachable',
    `${asset.name} could not be fetched:\n  ${failures.join('\n  ')}`,
    `Try again (it goes on where it stopped), or ${byHand(asset, path)}`,
  );
}

/** @returns the hash of what lies at `path`, checked against the published or the pinned one, members unpacked */
async function verify(asset: Asset, path: string, options: ProvideOptions): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const stampPath = `${path}.verified`;
  const stamp = await readStamp(stampPath);
  const folder = join(options.folder, asset.name);
  const complete = asset.members.every(({ file }) => existsSync(join(folder, file)));
  if (stamp?.bytes === size && stamp.modifiedMs === mtimeMs && complete) return stamp.sha256;

  if (asset.bytes !== null && size !== asset.bytes) throw wrong(path, `${asset.bytes} bytes`, `${size}`);
  const { sha256 } = await digestFile(path, options.signal);
  const pinned = (await readPins(options.folder))[asset.name];
  const due = asset.sha256 ?? pinned ?? null;
  if (due !== null && sha256 !== due) throw wrong(path, `SHA-256 ${due}`, sha256);
  await unpackMembers(asset, path, folder);
  if (due === null) {
    await pin(options.folder, asset.name, sha256);
    options.notice(
      `${asset.name}: no hash is published; this copy (SHA-256 ${sha256}) is pinned from now on.`,
    );
  }
  const record: Stamp = { bytes: size, modifiedMs: mtimeMs, sha256 };
  await writeFileAtomic(stampPath, Buffer.from(JSON.stringify(record)));
  return sha256;
}

async function readStamp(path: string): Promise<Stamp | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stamp;
  } catch {
    // none, or torn: the file is hashed again
    return null;
  }
}

function missing(asset: Asset, path: string, { offline }: ProvideOptions): UserError {
  const why = offline ? 'and --offline forbids to fetch it' : 'and no address of it is known for sure';
  const hand = byHand(asset, path);
  return new UserError(
    'asset-missing',
    `Expected ${asset.name} at ${path}; it is not there, ${why}`,
    `${hand.charAt(0).toUpperCase()}${hand.slice(1)}`,
  );
}

function byHand(asset: Asset, path: string): string {
  const from = asset.urls[0] === undefined ? `from its author (${asset.cite})` : `from ${asset.urls[0]}`;
  return `fetch it by hand ${from} and put it here: ${path}`;
}

function wrong(path: string, due: string, found: string): UserError {
  return new UserError(
    'asset-wrong',
    `Expected ${path} to have ${due}, got ${found}`,
    'It is damaged or another file: delete it, it will be fetched again.',
  );
}
