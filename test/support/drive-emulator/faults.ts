/** Scripted faults: which request, and what goes wrong with it. Plain data, so that other processes can script too. */

/** What goes wrong. */
export type FaultAction =
  /** the connection is reset: nothing applied, or applied and the answer lost */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly retryAfterSeconds?: number;
      readonly when?: 'before' | 'after';
    }
  /** waits until released (then goes on as usual) or the client is gone */
  | { readonly kind: 'hold'; readonly when: 'before' | 'after' }
  /** an upload takes so many bytes, down to a multiple of 256 KiB; then a reset, or a short 308 */
  | { readonly kind: 'keep'; readonly bytes: number; readonly end: 'drop' | 'answer' }
  /** a download sends so many bytes, then a reset */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** one byte of the uploaded piece or of the download is another one */
  | { readonly kind: 'flip' }
  | { readonly kind: 'incompleteSearch' }
  /** the upload session is forgotten: 404 */
  | { readonly kind: 'expireSession' }
  /** the access token of this request ends: 401 */
  | { readonly kind: 'expireToken' }
  /** consent is withdrawn: 401, then invalid_grant */
  | { readonly kind: 'revokeToken' };

/** Which requests; what is left out matches all. */
export interface FaultRule {
  readonly method?: string;
  /** regular expression on the path, e.g. `^/drive/v3/files$` */
  readonly path?: string;
  /** regular expression on the decoded query */
  readonly query?: string;
  /** page number of a list, 1 = first */
  readonly page?: number;
  /** regular expression on the Content-Range header */
  readonly contentRange?: string;
  /** the first matching request that is hit, 1 = the next */
  readonly nth?: number;
  /** how many are hit from there on; default 1 */
  readonly times?: number | 'always';
  /** of those, the share that is hit, 0 to 1 */
  readonly probability?: number;
  readonly action: FaultAction;
}

/** The parts of a request that rules look at. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly page: number;
  readonly contentRange: string;
}

/** A rule in force. */
export class Fault {
  /** requests that matched, hit or not */
  seen = 0;
  /** requests that were hit */
  hits = 0;
  /** settles at the first hit */
  readonly hit: Promise<void>;
  /** settles at `release` */
  readonly released: Promise<void>;
  private announce!: () => void;
  private open!: () => void;

  constructor(
    readonly id: number,
    readonly rule: FaultRule,
  ) {
    this.hit = new Promise((resolve) => {
      this.announce = resolve;
    });
    this.released = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  /** Lets held requests go on. */
  release(): void {
    this.open();
  }

  /** Whether this request is hit; counts it. */
  take(target: FaultTarget, random: () => number): boolean {
    if (!matches(this.rule, target)) return false;
    this.seen += 1;
    const { nth = 1, times = 1, probability = 1 } = this.rule;
    const last = times === 'always' ? Number.POSITIVE_INFINITY : nth + times - 1;
    if (this.seen < nth || this.seen > last || (probability < 1 && random() >= probability)) return false;
    this.hits += 1;
    return true;
  }

  /** Tells those who wait for the hit; a hold says so when it holds. */
  announceHit(): void {
    this.announce();
  }
}

export class Faults {
  private readonly faults = new Map<number, Fault>();
  private count = 0;

  constructor(private readonly random: () => number) {}

  add(rule: FaultRule): Fault {
    this.count += 1;
    const fault = new Fault(this.count, rule);
    this.faults.set(fault.id, fault);
    return fault;
  }

  get(id: number): Fault {
    const fault = this.faults.get(id);
    if (!fault) throw new Error(`Expected a fault, got number ${id}`);
    return fault;
  }

  /** Removes all of them and lets go what they held. */
  clear(): void {
    for (const fault of this.faults.values()) fault.release();
    this.faults.clear();
  }

  /** The fault of a request: the first rule, in the order of adding, that hits. */
  take(target: FaultTarget): Fault | null {
    for (const fault of this.faults.values()) if (fault.take(target, this.random)) return fault;
    return null;
  }

  /** Hits per kind so far. */
  tally(): Record<string, number> {
    const tally: Record<string, number> = {};
    for (const { rule, hits } of this.faults.values()) {
      tally[rule.action.kind] = (tally[rule.action.kind] ?? 0) + hits;
    }
    return tally;
  }
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  return (
    (rule.method === undefined || rule.method === target.method) &&
    (rule.path === undefined || new RegExp(rule.path).test(target.path)) &&
    (rule.query === undefined || new RegExp(rule.query).test(target.query)) &&
    (rule.contentRange === undefined || new RegExp(rule.contentRange).test(target.contentRange)) &&
    (rule.page === undefined || rule.page === target.page)
  );
}
