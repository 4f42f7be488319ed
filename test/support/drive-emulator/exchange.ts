/** One request on its way through the emulator. */
import type { IncomingMessage } from 'node:http';
import type { Accounts, Grant } from './accounts';
import { ApiError, invalid } from './api-error';
import type { Content } from './contents';
import type { DriveState } from './drive-state';
import type { FaultAction } from './faults';
import type { Pages } from './pages';
import type { Sessions } from './sessions';

/** The parts of an emulator that routes work on. */
export interface Services {
  readonly state: DriveState;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly pages: Pages;
}

/** A request with its caller. */
export interface Exchange extends Services {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly grant: Grant;
  /** scripted for this request and left to the route: keep, flip, truncate, incompleteSearch, expireSession */
  readonly fault: FaultAction | null;
  /** as the client sees this server, with the slash at the end */
  readonly baseUrl: string;
}

/** What goes back. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly content?: { readonly of: Content; readonly from: number; readonly to: number };
}

/** Thrown by a route that a fault made end without an answer. */
export class ConnectionReset extends Error {}

/** The whole body as text. */
export async function readText(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString('utf8');
}

/** @throws ConnectionReset if the client went away before it had sent everything */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece);
  } catch {
    throw new ConnectionReset();
  }
  return Buffer.concat(pieces);
}

/** A parameter that is `true` or `false`. @throws ApiError 400 */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value !== null && value !== 'true' && value !== 'false') throw invalid(name);
  return value === 'true';
}

/** Of the current name and the one before it of 2019. */
export function supportsAllDrives(query: URLSearchParams): boolean {
  return flag(query, 'supportsAllDrives') || flag(query, 'supportsTeamDrives');
}

/** Common parameters and those of the method; anything else is a mistake of the client. @throws ApiError 400 */
export function requireKnown(query: URLSearchParams, names: readonly string[]): void {
  const common = [
    'alt',
    'fields',
    'key',
    'oauth_token',
    'prettyPrint',
    'quotaUser',
    'userIp',
    'uploadType',
    'upload_id',
  ];
  for (const name of query.keys()) {
    if (!common.includes(name) && !names.includes(name)) {
      throw new ApiError(400, 'invalidParameter', `Unknown parameter ${name}`, { location: name });
    }
  }
}
