import type { PickleMachine } from "./pickle_machine.ts";
import type { PickleValue } from "./pickle_values.ts";

/** One instruction; its opcode is read already. */
export type PickleOperation = (machine: PickleMachine) => void;

/** Longest int in bytes: the reader is for weights, and long ints take quadratic time. */
const MAX_INT_BYTES = 64;

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A little-endian two's complement int of any length. */
function readLong(machine: PickleMachine, length: number): number | bigint {
  if (length < 0 || length > MAX_INT_BYTES) {
    machine.fail(`an int of ${length} bytes`, `at most ${MAX_INT_BYTES}`);
  }
  let value = 0n;
  const bytes = machine.reader.bytes(length);
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return toNumber(length === 0 ? 0n : BigInt.asIntN(length * 8, value));
}

/** Decimal digits of protocol 0; `01` and `00` are true and false. */
function readDecimal(machine: PickleMachine): PickleValue {
  const text = machine.reader.line().replace(/L$/, "");
  if (text === "00") return false;
  if (text === "01") return true;
  if (!/^[+-]?\d{1,150}$/.test(text)) machine.fail("an int that is none", "decimal digits");
  return toNumber(BigInt(text.replace("+", "")));
}

function readFloat(machine: PickleMachine): number {
  const text = machine.reader.line();
  if (/^[+-]?(inf|nan)$/i.test(text)) {
    return /nan/i.test(text) ? NaN : text.startsWith("-") ? -Infinity : Infinity;
  }
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) machine.fail("a float that is none", "decimal digits");
  return value;
}

function push(read: (machine: PickleMachine) => PickleValue): PickleOperation {
  return (machine) => {
    const value = read(machine); // may put another stack in place
    machine.stack.push(value);
  };
}

function pushTuple(length: number): PickleOperation {
  return (machine) => {
    if (machine.stack.length < length) machine.fail("the stack is short", `${length} values on it`);
    machine.stack.push(machine.stack.splice(-length));
  };
}

function toDict(machine: PickleMachine): void {
  const items = machine.popMark();
  machine.stack.push(machine.work.dict());
  machine.setItems(items);
}

function addItems(machine: PickleMachine): void {
  const items = machine.popMark();
  const set = machine.top();
  if (!(set instanceof Set)) return machine.fail("items are added to something else", "a set");
  for (const item of items) machine.work.addItem(set, item);
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== "string" || typeof module !== "string") {
    return machine.fail("a name is no text", "texts");
  }
  machine.pushGlobal(`${module}.${name}`);
}

/** BUILD: attributes given to an object. Ours have none; an OrderedDict's `_metadata` is passed over. */
function dropState(machine: PickleMachine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) machine.fail("attributes are set on something else", "a dict");
}

/** Every opcode that is understood, by its byte (CPython, Lib/pickletools.py). */
export const PICKLE_OPCODES: Readonly<Record<number, PickleOperation>> = {
  0x80: (m) => void m.reader.uint8(), // PROTO
  0x95: (m) => void m.reader.uint64(), // FRAME
  0x28: (m) => { // MARK
    m.below.push(m.stack);
    m.stack = [];
  },
  0x30: (m) => void (m.stack.length > 0 ? m.pop() : m.popMark()), // POP
  0x31: (m) => void m.popMark(), // POP_MARK
  0x32: (m) => void m.stack.push(m.top()), // DUP
  0x4e: push(() => null), // NONE
  0x88: push(() => true), // NEWTRUE
  0x89: push(() => false), // NEWFALSE
  0x49: push(readDecimal), // INT
  0x4c: push(readDecimal), // LONG
  0x4a: push((m) => m.reader.int32()), // BININT
  0x4b: push((m) => m.reader.uint8()), // BININT1
  0x4d: push((m) => m.reader.uint16()), // BININT2
  0x8a: push((m) => readLong(m, m.reader.uint8())), // LONG1
  0x8b: push((m) => readLong(m, m.reader.int32())), // LONG4
  0x46: push(readFloat), // FLOAT
  0x47: push((m) => m.reader.float64BigEndian()), // BINFLOAT
  0x54: push((m) => m.reader.text(m.reader.int32())), // BINSTRING
  0x55: push((m) => m.reader.text(m.reader.uint8())), // SHORT_BINSTRING
  0x56: push((m) => m.reader.line()), // UNICODE
  0x58: push((m) => m.reader.text(m.reader.uint32())), // BINUNICODE
  0x8c: push((m) => m.reader.text(m.reader.uint8())), // SHORT_BINUNICODE
  0x8d: push((m) => m.reader.text(m.reader.uint64())), // BINUNICODE8
  0x42: push((m) => m.reader.bytes(m.reader.uint32())), // BINBYTES
  0x43: push((m) => m.reader.bytes(m.reader.uint8())), // SHORT_BINBYTES
  0x8e: push((m) => m.reader.bytes(m.reader.uint64())), // BINBYTES8
  0x5d: push(() => []), // EMPTY_LIST
  0x29: push(() => []), // EMPTY_TUPLE
  0x7d: push((m) => m.work.dict()), // EMPTY_DICT
  0x8f: push((m) => m.work.set()), // EMPTY_SET
  0x6c: push((m) => m.popMark()), // LIST
  0x74: push((m) => m.popMark()), // TUPLE
  0x85: pushTuple(1), // TUPLE1
  0x86: pushTuple(2), // TUPLE2
  0x87: pushTuple(3), // TUPLE3
  0x64: toDict, // DICT
  0x91: push((m) => m.work.set(m.popMark())), // FROZENSET
  0x61: (m) => { // APPEND
    const value = m.pop();
    m.topList().push(value);
  },
  0x65: (m) => { // APPENDS
    const values = m.popMark();
    const list = m.topList();
    for (const value of values) list.push(value);
  },
  0x73: (m) => { // SETITEM
    const value = m.pop();
    const key = m.pop();
    m.setItems([key, value]);
  },
  0x75: (m) => m.setItems(m.popMark()), // SETITEMS
  0x90: addItems, // ADDITEMS
  0x63: (m) => m.pushGlobal(`${m.reader.line()}.${m.reader.line()}`), // GLOBAL
  0x93: stackGlobal, // STACK_GLOBAL
  0x52: (m) => m.call(), // REDUCE
  0x81: (m) => m.call(), // NEWOBJ
  0x62: dropState, // BUILD
  0x51: push((m) => m.hooks.persistent(m.pop())), // BINPERSID
  0x70: (m) => m.store(Number(m.reader.line())), // PUT
  0x71: (m) => m.store(m.reader.uint8()), // BINPUT
  0x72: (m) => m.store(m.reader.uint32()), // LONG_BINPUT
  0x94: (m) => m.store(m.memo.size), // MEMOIZE
  0x67: (m) => m.recall(Number(m.reader.line())), // GET
  0x68: (m) => m.recall(m.reader.uint8()), // BINGET
  0x6a: (m) => m.recall(m.reader.uint32()), // LONG_BINGET
};
