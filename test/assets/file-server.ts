/** A web server on loopback that serves one file and misbehaves as it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request; the last one stays for all further requests. */
export type Behaviour =
  | 'whole'
  | 'no-ranges'
  | 'other-version'
  | 'not-found'
  | 'busy'
  | 'wrong-start'
  | { readonly breakAfter: number }
  | { readonly stallAfter: number }
  | { readonly claimBytes: number }
  | { readonly content: Buffer }
  | { readonly redirectTo: string };

export interface FileServer {
  readonly url: string;
  /** `Range` of each request, '' = none */
  readonly ranges: string[];
  close(): Promise<void>;
}

export async function serve(content: Buffer, behaviours: readonly Behaviour[]): Promise<FileServer> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    const behaviour = behaviours[Math.min(ranges.length, behaviours.length - 1)]!;
    ranges.push(request.headers.range ?? '');
    answer(content, behaviour, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/file`, ranges, close: () => closed(server) };
}

function answer(content: Buffer, b: Behaviour, request: IncomingMessage, response: ServerResponse): void {
  if (b === 'not-found') return void response.writeHead(404).end();
  if (b === 'busy') return void response.writeHead(503).end();
  if (typeof b === 'object' && 'redirectTo' in b) {
    return void response.writeHead(302, { location: b.redirectTo }).end();
  }
  const body = typeof b === 'object' && 'content' in b ? b.content : content;
  const etag = b === 'other-version' ? '"two"' : '"one"';
  const start = startOf(request, etag, b);
  if (start !== null && start >= body.length) {
    return void response.writeHead(416, { 'content-range': `bytes */${body.length}`, etag }).end();
  }
  const from = start ?? 0;
  const stated = b === 'wrong-start' ? 0 : from;
  const length = typeof b === 'object' && 'claimBytes' in b ? b.claimBytes : body.length - from;
  response.writeHead(start === null ? 200 : 206, {
    etag,
    'content-length': length,
    ...(start === null ? {} : { 'content-range': `bytes ${stated}-${body.length - 1}/${body.length}` }),
  });
  if (typeof b === 'object' && 'breakAfter' in b) {
    return void response.write(body.subarray(from, from + b.breakAfter), () => response.destroy());
  }
  if (typeof b === 'object' && 'stallAfter' in b) {
    return void response.write(body.subarray(from, from + b.stallAfter));
  }
  response.end(body.subarray(from));
}

function startOf(request: IncomingMessage, etag: string, b: Behaviour): number | null {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (range === undefined || b === 'no-ranges') return null;
  return request.headers['if-range'] === etag ? Number(range) : null;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
