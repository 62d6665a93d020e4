import { FormatError } from "../core/errors.ts";
import type { ByteReader } from "./byte_reader.ts";
import { PickleGlobal, type PickleValue } from "./pickle_values.ts";
import type { PickleHooks } from "./pickle_hooks.ts";
import type { PickleWork } from "./pickle_work.ts";

/** The stack machine that pickles are programs for. It has no way to reach code: names stay names. */
export class PickleMachine {
  /** The source. */
  readonly reader: ByteReader;
  /** What names are turned into. */
  readonly hooks: PickleHooks;
  /** What it may still do. */
  readonly work: PickleWork;
  /** Objects that the pickle refers to again. */
  readonly memo: Map<number, PickleValue> = new Map();
  /** Values since the last mark. */
  stack: PickleValue[] = [];
  /** Stacks below each mark. */
  readonly below: PickleValue[][] = [];

  /**
   * Begins with an empty stack.
   * @param reader Stands at the pickle's first byte
   */
  constructor(reader: ByteReader, hooks: PickleHooks, work: PickleWork) {
    this.reader = reader;
    this.hooks = hooks;
    this.work = work;
  }

  /** Stops with an error that tells where. */
  fail(state: string, rule: string): never {
    throw new FormatError(`Cannot read pickle: ${state} at byte ${this.reader.position}, expected ${rule}`);
  }

  /** Takes the topmost value. */
  pop(): PickleValue {
    if (this.stack.length === 0) this.fail("the stack is empty", "a value on it");
    return this.stack.pop()!;
  }

  /** The topmost value, which stays. */
  top(): PickleValue {
    if (this.stack.length === 0) this.fail("the stack is empty", "a value on it");
    return this.stack.at(-1)!;
  }

  /** Takes all values since the last mark, and the mark. */
  popMark(): PickleValue[] {
    const values = this.stack;
    this.stack = this.below.pop() ?? this.fail("there is no mark", "one on the stack");
    return values;
  }

  /** Takes the topmost value, which must be a list. */
  topList(): PickleValue[] {
    const list = this.top();
    return Array.isArray(list) ? list : this.fail("something else is extended", "a list");
  }

  /** Puts keys and values, in turn, into the topmost value, which must be a dict. */
  setItems(items: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) {
      return this.fail("items are set in something else", "a dict and pairs");
    }
    for (let i = 0; i < items.length; i += 2) this.work.setItem(dict, items[i]!, items[i + 1]!);
  }

  /** Pushes a name after asking whether it is known. */
  pushGlobal(path: string): void {
    this.hooks.checkGlobal(path);
    this.stack.push(new PickleGlobal(path));
  }

  /** Calls what the second value names with the topmost, a tuple. */
  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args)) {
      return this.fail("a call has no name or no arguments", "both");
    }
    this.stack.push(this.hooks.call(callee.path, args, this.work));
  }

  /** Remembers the topmost value. */
  store(index: number): void {
    // writers count from 0 or 1, and a byte at least goes before each
    if (!(index >= 0 && index <= this.reader.position)) {
      this.fail("a memo's number is too large", "the next one");
    }
    this.memo.set(index, this.top());
  }

  /** Pushes a remembered value. */
  recall(index: number): void {
    if (!this.memo.has(index)) this.fail(`memo ${index} is unknown`, "one stored before");
    this.stack.push(this.memo.get(index)!);
  }
}
