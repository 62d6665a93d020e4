import type { ByteReader } from "./byte_reader.ts";
import { PickleMachine } from "./pickle_machine.ts";
import { PICKLE_OPCODES } from "./pickle_opcodes.ts";
import type { PickleHooks, PickleValue } from "./pickle_values.ts";

/** Room for 50,000 tensors (one takes about 40); bounds the memory that tiny opcodes can ask for. */
const MAX_OPERATIONS = 2_000_000;

const STOP = 0x2e;

/**
 * Reads one pickle (protocols 0 to 5, the opcodes that containers, numbers, texts and calls by name need) and leaves
 * the reader behind it. Nothing is executed; calls are answered by `hooks` alone.
 * @throws {FormatError} If an opcode is unknown, the pickle is cut off or has more than 2 million steps, or a name is
 * refused by `hooks`
 */
export function readPickle(reader: ByteReader, hooks: PickleHooks): PickleValue {
  const machine = new PickleMachine(reader, hooks);
  for (let count = 0; count < MAX_OPERATIONS; count++) {
    const code = reader.uint8();
    if (code === STOP) return machine.pop();
    const operation = PICKLE_OPCODES[code];
    if (operation === undefined) {
      return machine.fail(`opcode 0x${code.toString(16).padStart(2, "0")}`, "one that plain data needs");
    }
    operation(machine);
  }
  return machine.fail(`more than ${MAX_OPERATIONS} steps`, "fewer");
}
