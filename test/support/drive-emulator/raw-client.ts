/** Plain requests to an emulator, for its own tests. */
import type { DriveEmulator } from './emulator';

/** An answer with its body read. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of a foreign protocol
  readonly json: any;
}

export class RawClient {
  constructor(
    private readonly url: string,
    private readonly accessToken: string,
  ) {}

  static of(emulator: DriveEmulator, scopes: readonly string[] = ['drive'], clientId = 'app'): RawClient {
    return new RawClient(emulator.url, emulator.accounts.grant({ scopes, clientId }).accessToken);
  }

  /** @param path relative to the root, or whole */
  async send(
    method: string,
    path: string,
    body: Uint8Array | string | object | null = null,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> {
    const plain = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { authorization: `Bearer ${this.accessToken}`, ...headers },
      ...(body === null ? {} : { body: plain ? (body as BodyInit) : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: isJson ? JSON.parse(bytes.toString()) : null,
    };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.send('GET', path, null, headers);
  }

  /** Ids of a list by a query, in order. */
  async list(q: string, more = ''): Promise<string[]> {
    const answer = await this.get(`drive/v3/files?q=${encodeURIComponent(q)}${more}`);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.bytes}`);
    return answer.json.files.map((file: { id: string }) => file.id);
  }

  /** Begins a resumable upload. */
  start(metadata: object, bytes: number | null): Promise<RawAnswer> {
    const length: Record<string, string> = bytes === null ? {} : { 'x-upload-content-length': String(bytes) };
    return this.send('POST', 'upload/drive/v3/files?uploadType=resumable&fields=*', metadata, length);
  }

  /** Sends bytes [from, from + piece.length) of `total`. */
  piece(
    session: string,
    piece: Uint8Array,
    from: number,
    total: number | '*',
    method = 'PUT',
  ): Promise<RawAnswer> {
    const range = `bytes ${from}-${from + piece.length - 1}/${total}`;
    return this.send(method, session, piece, { 'content-range': range });
  }

  /** Asks how much has arrived. */
  state(session: string, total: number | '*'): Promise<RawAnswer> {
    return this.send('PUT', session, null, { 'content-range': `bytes */${total}` });
  }
}

/** Reason of an error answer. */
export function reasonOf(answer: RawAnswer): string {
  return answer.json?.error?.errors?.[0]?.reason ?? `none (${answer.status})`;
}
