/** The emulator's own endpoint under /emulator: tests in other processes read its state and script it. Not part of Drive. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DriveEmulator } from './emulator';
import { readBytes } from './exchange';
import type { DriveNode } from './node';

const PREFIX = '/emulator/';

export function isAdmin(request: IncomingMessage): boolean {
  return request.url?.startsWith(PREFIX) ?? false;
}

/** An item as tests see it. */
export interface SeenItem {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly parent: string | null;
  readonly owner: string | null;
  readonly client: string | null;
  readonly trashed: boolean;
  readonly explicitlyTrashed: boolean;
  readonly properties: Readonly<Record<string, string>>;
  readonly size: number;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly version: number;
}

/** Every item that there is. */
export function seenItems({ drive }: DriveEmulator): SeenItem[] {
  return drive.nodes().map((node: DriveNode) => ({
    id: node.id,
    name: node.name,
    mimeType: node.mimeType,
    parent: node.parent,
    owner: node.owner,
    client: node.client,
    trashed: drive.isTrashed(node),
    explicitlyTrashed: node.explicitlyTrashed,
    properties: node.properties,
    size: node.content?.size ?? 0,
    sha256: node.content?.sha256 ?? null,
    md5: node.content?.md5 ?? null,
    version: node.version,
  }));
}

type Action = (emulator: DriveEmulator, body: never) => unknown;

/** By name; the body of the request is their argument. */
const ACTIONS: Readonly<Record<string, Action>> = {
  items: (emulator) => seenItems(emulator),
  requests: (emulator, { from }: { readonly from: number }) => emulator.requests.slice(from),
  addFault: (emulator, rule: Parameters<DriveEmulator['faults']['add']>[0]) => emulator.faults.add(rule).id,
  waitForHit: (emulator, { id }: { readonly id: number }) => emulator.faults.get(id).hit,
  release: (emulator, { id }: { readonly id: number }) => emulator.faults.get(id).release(),
  clearFaults: (emulator) => emulator.faults.clear(),
  tally: (emulator) => emulator.faults.tally(),
  grant: (emulator, options: Parameters<DriveEmulator['accounts']['grant']>[0]) =>
    emulator.accounts.grant(options),
  advance: (emulator, { ms }: { readonly ms: number }) => {
    emulator.clock.advance(ms);
    emulator.drive.purgeOld();
  },
  now: (emulator) => emulator.clock.now(),
  setListLag: (emulator, { ms }: { readonly ms: number }) => {
    emulator.drive.listLagMs = ms;
  },
  setQuota: (emulator, { bytes }: { readonly bytes: number }) => {
    emulator.accounts.account(emulator.accounts.person).quotaBytes = bytes;
  },
  usage: (emulator) => emulator.drive.usage(),
  openSessions: (emulator) => emulator.sessions.open(),
  addFolder: (emulator, placed: Parameters<DriveEmulator['drive']['addFolder']>[0]) =>
    emulator.drive.addFolder(placed),
  addFile: (emulator, placed: { readonly name: string; readonly base64: string }) => {
    const { base64, ...rest } = placed;
    return emulator.drive.addFile({ ...rest, bytes: Buffer.from(base64, 'base64') });
  },
  addShortcut: (emulator, placed: Parameters<DriveEmulator['drive']['addShortcut']>[0]) =>
    emulator.drive.addShortcut(placed),
  change: (emulator, { id, changes }: { readonly id: string; readonly changes: Partial<DriveNode> }) => {
    emulator.drive.change(id, changes);
  },
  remove: (emulator, { id }: { readonly id: string }) => emulator.drive.remove(id),
  bytes: (emulator, { id }: { readonly id: string }) => emulator.drive.bytes(id).toString('base64'),
};

/** POST /emulator/NAME with a JSON argument; the answer is JSON. */
export async function answerAdmin(
  emulator: DriveEmulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const name = request.url!.slice(PREFIX.length);
    const action = ACTIONS[name];
    if (!action) throw new Error(`Expected one of ${Object.keys(ACTIONS).join(', ')}, got ${name}`);
    const text = (await readBytes(request)).toString('utf8');
    const result = await action(emulator, (text === '' ? {} : JSON.parse(text)) as never);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}
