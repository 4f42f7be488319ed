/** What each allowed opcode of a pickle does (names as in Python's pickletools). All others refuse the file. */
import { findGlobal } from './pickle-globals';
import { COST, type PickleMachine } from './pickle-machine';
import {
  AllowedGlobal,
  InertObject,
  NumpyDtype,
  type PickleDict,
  type PickleKey,
  type PickleValue,
} from './pickle-values';

type Operation = (machine: PickleMachine) => void;

/** Operations by opcode. */
export const OPCODES: readonly (Operation | undefined)[] = table([
  [0x80, proto], // PROTO
  [0x95, (m) => void m.uint64()], // FRAME: a hint for buffering
  [0x2e, (m) => m.stop()], // STOP
  [0x28, (m) => m.mark()], // MARK
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.uint8())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x8a, long1], // LONG1
  [0x47, binFloat], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.uint8()))], // SHORT_BINUNICODE
  [0x42, (m) => bytes(m, m.uint32())], // BINBYTES
  [0x43, (m) => bytes(m, m.uint8())], // SHORT_BINBYTES
  [0x7d, emptyDict], // EMPTY_DICT
  [0x5d, emptyList], // EMPTY_LIST
  [0x29, emptyList], // EMPTY_TUPLE
  [0x74, (m) => m.push(m.popMark())], // TUPLE
  [0x85, (m) => tuple(m, 1)], // TUPLE1
  [0x86, (m) => tuple(m, 2)], // TUPLE2
  [0x87, (m) => tuple(m, 3)], // TUPLE3
  [0x61, append], // APPEND
  [0x65, appends], // APPENDS
  [0x73, setItem], // SETITEM
  [0x75, setItems], // SETITEMS
  [0x71, (m) => m.remember(m.uint8())], // BINPUT
  [0x72, (m) => m.remember(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.rememberNext()], // MEMOIZE
  [0x68, (m) => m.recall(m.uint8())], // BINGET
  [0x6a, (m) => m.recall(m.uint32())], // LONG_BINGET
  [0x63, (m) => m.push(findGlobal(m.line(), m.line(), m.host.source))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x81, reduce], // NEWOBJ: class and arguments, as REDUCE has function and arguments
  [0x62, build], // BUILD
  [0x51, persistentId], // BINPERSID
]);

function table(
  operations: readonly (readonly [code: number, operation: Operation])[],
): (Operation | undefined)[] {
  const out = new Array<Operation | undefined>(256).fill(undefined);
  for (const [code, operation] of operations) out[code] = operation;
  return out;
}

function proto(m: PickleMachine): void {
  const version = m.uint8();
  if (version < 2 || version > 5) throw m.broken(`its pickle has protocol ${version}, 2 to 5 are read`);
}

/** Two's complement, little-endian, at most 255 bytes. */
function long1(m: PickleMachine): void {
  const length = m.uint8();
  m.spend(COST.long + 4 * length);
  const digits = Buffer.from(m.take(length)).reverse().toString('hex');
  const value = BigInt.asIntN(8 * length, BigInt(`0x${digits || '0'}`));
  const narrow = Number(value);
  m.push(Number.isSafeInteger(narrow) ? narrow : value);
}

function binFloat(m: PickleMachine): void {
  m.spend(COST.number);
  m.push(m.float64());
}

function bytes(m: PickleMachine, length: number): void {
  m.spend(COST.view);
  m.push(m.take(length));
}

function emptyDict(m: PickleMachine): void {
  m.spend(COST.dict);
  m.push(new Map());
}

function emptyList(m: PickleMachine): void {
  m.spend(COST.list);
  m.push([]);
}

function tuple(m: PickleMachine, length: number): void {
  m.spend(COST.list + length * COST.slot);
  const values = new Array<PickleValue>(length);
  for (let i = length - 1; i >= 0; i--) values[i] = m.pop();
  m.push(values);
}

function append(m: PickleMachine): void {
  const value = m.pop();
  m.spend(COST.slot);
  list(m).push(value);
}

function appends(m: PickleMachine): void {
  const values = m.popMark();
  const target = list(m);
  // not push(...values): the argument list could overflow the stack
  for (const value of values) target.push(value);
}

function setItem(m: PickleMachine): void {
  const value = m.pop();
  const name = m.pop();
  m.spend(COST.entry);
  dict(m).set(key(m, name), value);
}

function setItems(m: PickleMachine): void {
  const values = m.popMark();
  if (values.length % 2 !== 0) throw m.broken('a dict in its pickle has a key without a value');
  m.spend(values.length * COST.entry);
  const target = dict(m);
  for (let i = 0; i < values.length; i += 2) target.set(key(m, values[i]!), values[i + 1]!);
}

function stackGlobal(m: PickleMachine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== 'string' || typeof module !== 'string')
    throw m.broken('a name in its pickle is no text');
  m.push(findGlobal(module, name, m.host.source));
}

function reduce(m: PickleMachine): void {
  const args = m.pop();
  const callee = m.pop();
  if (!(callee instanceof AllowedGlobal) || !callee.call || !Array.isArray(args)) {
    throw m.broken('its pickle calls something that cannot be called');
  }
  m.spend(COST.dict + COST.list);
  m.push(callee.call(args, m.host));
}

/** Attributes of an object. Those of a dict (`_metadata`) and of settings are of no use here; a dtype's are its byte order. */
function build(m: PickleMachine): void {
  const state = m.pop();
  const target = m.top();
  if (target instanceof Map || target instanceof InertObject) return;
  if (!(target instanceof NumpyDtype))
    throw m.broken('its pickle sets attributes of something that has none');
  if (!Array.isArray(state) || !['<', '|', '='].includes(String(state[1]))) {
    throw m.broken('a numpy value in it is not little-endian');
  }
}

function persistentId(m: PickleMachine): void {
  m.push(m.host.loadStorage(m.pop()));
}

function list(m: PickleMachine): PickleValue[] {
  const target = m.top();
  if (!Array.isArray(target)) throw m.broken('its pickle appends to something that is no list');
  return target;
}

function dict(m: PickleMachine): PickleDict {
  const target = m.top();
  if (!(target instanceof Map)) throw m.broken('its pickle sets an item of something that is no dict');
  return target;
}

function key(m: PickleMachine, value: PickleValue): PickleKey {
  if (typeof value === 'object' && value !== null)
    throw m.broken('a dict in its pickle has a key that is not plain');
  return value;
}
