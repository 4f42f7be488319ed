/** Asks an emulator in another process (admin.ts). */
import type { GrantedTokens } from './accounts';
import type { SeenItem } from './admin';
import type { FaultRule } from './faults';
import type { DriveNode } from './node';
import type { LoggedRequest } from './server';

export class AdminClient {
  /** @param url of the emulator, with the slash at the end */
  constructor(readonly url: string) {}

  items(): Promise<SeenItem[]> {
    return this.call('items');
  }

  requests(from = 0): Promise<LoggedRequest[]> {
    return this.call('requests', { from });
  }

  /** @returns its number */
  addFault(rule: FaultRule): Promise<number> {
    return this.call('addFault', rule);
  }

  waitForHit(id: number): Promise<void> {
    return this.call('waitForHit', { id });
  }

  release(id: number): Promise<void> {
    return this.call('release', { id });
  }

  clearFaults(): Promise<void> {
    return this.call('clearFaults');
  }

  tally(): Promise<Record<string, number>> {
    return this.call('tally');
  }

  grant(options: { readonly scopes: readonly string[]; readonly clientId?: string }): Promise<GrantedTokens> {
    return this.call('grant', options);
  }

  advance(ms: number): Promise<void> {
    return this.call('advance', { ms });
  }

  now(): Promise<number> {
    return this.call('now');
  }

  setListLag(ms: number): Promise<void> {
    return this.call('setListLag', { ms });
  }

  setQuota(bytes: number): Promise<void> {
    return this.call('setQuota', { bytes });
  }

  usage(): Promise<{ readonly total: number; readonly trash: number }> {
    return this.call('usage');
  }

  addFolder(placed: { readonly name: string; readonly parent?: string }): Promise<string> {
    return this.call('addFolder', placed);
  }

  addFile(placed: {
    readonly name: string;
    readonly parent?: string;
    readonly bytes: Uint8Array;
  }): Promise<string> {
    const { bytes, ...rest } = placed;
    return this.call('addFile', { ...rest, base64: Buffer.from(bytes).toString('base64') });
  }

  addShortcut(placed: {
    readonly name: string;
    readonly parent?: string;
    readonly target: string;
  }): Promise<string> {
    return this.call('addShortcut', placed);
  }

  change(id: string, changes: Partial<DriveNode>): Promise<void> {
    return this.call('change', { id, changes });
  }

  async bytes(id: string): Promise<Buffer> {
    return Buffer.from(await this.call<string>('bytes', { id }), 'base64');
  }

  private async call<T>(name: string, argument: unknown = {}): Promise<T> {
    // a kept connection may be closed by the other side just when it is used again
    const response = await fetch(`${this.url}emulator/${name}`, {
      headers: { connection: 'close' },
      method: 'POST',
      body: JSON.stringify(argument),
    });
    if (!response.ok) throw new Error(`Emulator, ${name}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
