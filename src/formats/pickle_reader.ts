import type { ByteReader } from "./byte_reader.ts";
import { PickleMachine } from "./pickle_machine.ts";
import { PICKLE_OPCODES } from "./pickle_opcodes.ts";
import type { PickleValue } from "./pickle_values.ts";
import type { PickleHooks } from "./pickle_hooks.ts";
import { PickleWork } from "./pickle_work.ts";

const STOP = 0x2e;

/**
 * Reads one pickle (protocols 0 to 5, the opcodes that containers, numbers, texts and calls by name need) and leaves
 * the reader behind it. Nothing is executed; calls are answered by `hooks` alone.
 * @param work What it may do: several pickles of one file share it
 * @throws {FormatError} If an opcode is unknown, the pickle is cut off, takes more than 2 million steps or more than its
 * size allows, or a name is refused by `hooks`
 */
export function readPickle(
  reader: ByteReader,
  hooks: PickleHooks,
  work: PickleWork = new PickleWork(reader.remaining),
): PickleValue {
  const machine = new PickleMachine(reader, hooks, work);
  for (;;) {
    machine.work.charge(1);
    const code = reader.uint8();
    if (code === STOP) return machine.pop();
    const operation = PICKLE_OPCODES[code];
    if (operation === undefined) {
      return machine.fail(`opcode 0x${code.toString(16).padStart(2, "0")}`, "one that plain data needs");
    }
    operation(machine);
  }
}
