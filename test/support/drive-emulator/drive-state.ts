/** Everything stored: items by id, the index that lists are answered from, drives. No HTTP here. */
import { randomBytes } from 'node:crypto';
import { fileNotFound } from './api-error';
import type { EmulatorClock } from './clock';
import { type Content, Contents, wholeContent } from './contents';
import { type DriveNode, FOLDER, SHORTCUT } from './node';

/** What a new item may state; the rest has defaults. */
export type NewNode = Partial<DriveNode> & { readonly name: string };

/** An item that a test puts there by hand, as a person would in the web page. */
export interface Placed {
  readonly name: string;
  readonly parent?: string;
  readonly owner?: string;
  readonly mimeType?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly client?: string;
  readonly writers?: readonly string[];
}

/** A shared drive; its id is also the id of its root folder. */
export interface SharedDrive {
  readonly id: string;
  readonly name: string;
  /** account to role: reader, writer, fileOrganizer, organizer */
  readonly members: Readonly<Record<string, string>>;
}

export class DriveState {
  readonly contents = new Contents();
  readonly sharedDrives = new Map<string, SharedDrive>();
  /** how long lists show an item's former state after a change (kopia #90) */
  listLagMs = 0;
  /** ids given out by generateIds or used: only these may name a new file */
  readonly knownIds = new Set<string>();
  private readonly items = new Map<string, DriveNode>();
  /** former states that lists still show, null = not there yet, until a time */
  private readonly lagging = new Map<
    string,
    { readonly former: DriveNode | null; readonly untilMs: number }
  >();
  private readonly roots = new Map<string, string>();

  constructor(
    readonly clock: EmulatorClock,
    /** whose Drive `addFile` and `addFolder` fill */
    private readonly person: string,
  ) {}

  newId(): string {
    const id = `1${randomBytes(24).toString('base64url')}`;
    this.knownIds.add(id);
    return id;
  }

  find(id: string): DriveNode | undefined {
    return this.items.get(id);
  }

  /** @throws ApiError 404 */
  node(id: string): DriveNode {
    const node = this.items.get(id);
    if (!node) throw fileNotFound(id);
    return node;
  }

  nodes(): DriveNode[] {
    return [...this.items.values()];
  }

  /** Items as lists show them: late by `listLagMs`. */
  listed(): DriveNode[] {
    const now = this.clock.now();
    return this.nodes().flatMap((node) => {
      const lag = this.lagging.get(node.id);
      if (!lag || lag.untilMs <= now) return [node];
      return lag.former ? [lag.former] : [];
    });
  }

  create(values: NewNode): DriveNode {
    const now = this.clock.now();
    const node: DriveNode = {
      id: values.id ?? this.newId(),
      mimeType: 'application/octet-stream',
      description: null,
      starred: false,
      parent: null,
      owner: this.person,
      writers: [],
      client: null,
      driveId: null,
      explicitlyTrashed: false,
      properties: {},
      appProperties: {},
      createdMs: now,
      modifiedMs: now,
      trashedMs: null,
      content: null,
      shortcutTarget: null,
      version: 1,
      headRevisionId: values.content ? this.newId() : null,
      revisions: [],
      ...values,
    };
    this.knownIds.add(node.id);
    this.lag(node.id, null);
    this.items.set(node.id, node);
    return node;
  }

  /** Replaces what `changes` names. */
  change(id: string, changes: Partial<DriveNode>): DriveNode {
    const former = this.node(id);
    const node = { ...former, ...changes, ...this.revised(former, changes), version: former.version + 1 };
    this.lag(id, former);
    this.items.set(id, node);
    return node;
  }

  /** Removes an item with everything in it, for good. */
  remove(id: string): void {
    for (const child of this.children(id)) this.remove(child.id);
    const { content, revisions } = this.node(id);
    if (content) this.contents.remove(content);
    for (const revision of revisions) this.contents.remove(revision.content);
    this.items.delete(id);
    this.lagging.delete(id);
  }

  children(id: string): DriveNode[] {
    return this.nodes().filter((node) => node.parent === id);
  }

  /** In the trash itself or by a folder above it. */
  isTrashed(node: DriveNode): boolean {
    if (node.explicitlyTrashed) return true;
    const parent = node.parent === null ? undefined : this.items.get(node.parent);
    return parent !== undefined && this.isTrashed(parent);
  }

  isInside(node: DriveNode, folder: string): boolean {
    if (node.parent === null) return false;
    if (node.parent === folder) return true;
    const parent = this.items.get(node.parent);
    return parent !== undefined && this.isInside(parent, folder);
  }

  /** Id of an account's My Drive folder. */
  root(account: string): string {
    const known = this.roots.get(account);
    if (known) return known;
    const { id } = this.create({ name: 'My Drive', mimeType: FOLDER, owner: account });
    this.roots.set(account, id);
    this.lagging.delete(id);
    return id;
  }

  isRoot(id: string): boolean {
    return this.sharedDrives.has(id) || [...this.roots.values()].includes(id);
  }

  /** Bytes that count against the quota of `account`: the trash counts (hassio #618). */
  usage(account = this.person): { readonly total: number; readonly trash: number } {
    let total = 0;
    let trash = 0;
    for (const node of this.items.values()) {
      if (node.owner !== account || node.content === null) continue;
      total += node.content.size;
      if (this.isTrashed(node)) trash += node.content.size;
    }
    return { total, trash };
  }

  /** What Drive does after 30 days: trashed items and former bytes go for good [doc]. */
  purgeOld(): void {
    const limit = this.clock.now() - 30 * 24 * 3600 * 1000;
    for (const { id } of this.nodes()) {
      const node = this.items.get(id);
      if (!node) continue;
      if (node.explicitlyTrashed && (node.trashedMs ?? 0) < limit) this.remove(id);
      else this.dropRevisions(node, limit);
    }
  }

  addFolder(placed: Placed): string {
    return this.place(placed, { mimeType: FOLDER }).id;
  }

  addFile(placed: Placed & { readonly bytes: Uint8Array }): string {
    return this.place(placed, { content: this.contents.store(placed.bytes) }).id;
  }

  addShortcut(placed: Placed & { readonly target: string }): string {
    return this.place(placed, { mimeType: SHORTCUT, shortcutTarget: placed.target }).id;
  }

  addSharedDrive(name: string, members: Readonly<Record<string, string>>): string {
    const { id } = this.create({ name, mimeType: FOLDER, owner: null });
    this.change(id, { driveId: id });
    this.sharedDrives.set(id, { id, name, members });
    return id;
  }

  /** Bytes of a file. */
  bytes(id: string): Buffer {
    return wholeContent(this.node(id).content as Content);
  }

  private revised(former: DriveNode, changes: Partial<DriveNode>): Partial<DriveNode> {
    if (!changes.content || !former.content) return {};
    const { headRevisionId, content, modifiedMs, revisions } = former;
    const revision = { id: headRevisionId!, content, modifiedMs, replacedMs: this.clock.now() };
    return { revisions: [...revisions, revision] };
  }

  private dropRevisions(node: DriveNode, limitMs: number): void {
    const old = node.revisions.filter((revision) => revision.replacedMs < limitMs);
    for (const revision of old) this.contents.remove(revision.content);
    if (old.length > 0) {
      this.items.set(node.id, { ...node, revisions: node.revisions.filter((kept) => !old.includes(kept)) });
    }
  }

  private place(placed: Placed, values: Partial<DriveNode>): DriveNode {
    const owner = placed.owner ?? this.person;
    const parent = placed.parent ?? this.root(owner);
    const driveId = this.node(parent).driveId;
    return this.create({
      ...values,
      name: placed.name,
      parent,
      driveId,
      owner: driveId === null ? owner : null,
      client: placed.client ?? null,
      writers: placed.writers ?? [],
      properties: placed.properties ?? {},
      ...(placed.mimeType ? { mimeType: placed.mimeType } : {}),
    });
  }

  private lag(id: string, former: DriveNode | null): void {
    if (this.listLagMs <= 0) return;
    const now = this.clock.now();
    const earlier = this.lagging.get(id);
    const shown = earlier && earlier.untilMs > now ? earlier.former : former;
    this.lagging.set(id, { former: shown, untilMs: now + this.listLagMs });
  }
}
