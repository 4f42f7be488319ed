/** The machine that the opcodes of a pickle drive. It checks every bound and charges what it keeps to the allowance. */
import { invalid } from './file-errors';
import type { PickleHost, PickleValue } from './pickle-values';

/**
 * What values cost in V8's heap, for the allowance; measured with streams of one opcode, array growth included. `slot`
 * is a place in an array, `entry` one in a Map.
 */
export const COST = {
  dict: 320,
  list: 96,
  slot: 48,
  entry: 96,
  string: 96,
  number: 48,
  view: 240,
  long: 400,
} as const;

/** State of one pickle while it is read: a cursor, a stack with marks, a memo. */
export class PickleMachine {
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly bytes: Buffer;
  private readonly view: DataView;
  private done = false;

  /** @param at where in `bytes` the pickle starts; afterwards, where it ended */
  constructor(
    bytes: Uint8Array,
    public at: number,
    readonly host: PickleHost,
  ) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get finished(): boolean {
    return this.done;
  }

  stop(): void {
    this.done = true;
  }

  broken(rule: string): Error {
    return invalid(this.host.source, rule);
  }

  spend(bytes: number): void {
    this.host.allowance.spend(bytes);
  }

  push(value: PickleValue): void {
    this.spend(COST.slot);
    this.stack.push(value);
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0))
      throw this.broken('its pickle takes more than it has made');
    return this.stack.pop() as PickleValue;
  }

  /** the topmost value, which stays */
  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.spend(COST.slot);
    this.marks.push(this.stack.length);
  }

  /** everything above the last mark */
  popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.broken('its pickle closes a list that it never opened');
    const values = this.stack.splice(mark);
    this.spend(COST.list + values.length * COST.slot);
    return values;
  }

  remember(index: number): void {
    this.spend(COST.entry);
    this.memo.set(index, this.top());
  }

  /** MEMOIZE: the next free index */
  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.broken(`its pickle refers to object ${index}, which does not exist`);
    this.push(value);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  /** the next `length` bytes, as a view */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** `length` bytes of UTF-8 */
  text(length: number): string {
    const start = this.advance(length);
    this.spend(COST.string + 2 * length);
    return this.bytes.toString('utf8', start, start + length);
  }

  /** text up to a line feed, as in GLOBAL */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > 1000) throw this.broken('a name in its pickle has no end');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  private advance(length: number): number {
    if (this.at + length > this.bytes.length) throw this.broken('its pickle ends too early');
    this.at += length;
    return this.at - length;
  }
}
