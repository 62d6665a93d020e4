import assert from "node:assert/strict";
import { FormatError } from "../../src/core/errors.ts";
import { ByteReader } from "../../src/formats/byte_reader.ts";
import { readPickle } from "../../src/formats/pickle_reader.ts";
import type { PickleValue } from "../../src/formats/pickle_values.ts";
import type { PickleHooks } from "../../src/formats/pickle_hooks.ts";
import { latin } from "./torch_files.ts";

const HOOKS: PickleHooks = {
  call: (path, args) => `${path}(${args.join()})`,
  persistent: (id) => `persistent ${String(id)}`,
  checkGlobal(path) {
    if (path !== "a.b") throw new FormatError(`unknown ${path}`);
  },
};

function read(text: string): PickleValue {
  return readPickle(new ByteReader(latin(text), "test"), HOOKS);
}

Deno.test("readPickle() reads numbers, texts and truth of every protocol", () => {
  // made with Python: pickle.dumps(value, protocol)
  const cases: [string, PickleValue][] = [
    ["I5\n.", 5],
    ["I01\n.", true],
    ["L-7L\n.", -7],
    ["F1.5\n.", 1.5],
    ["Vab\n.", "ab"],
    ["\x80\x02K\xff.", 255],
    ["\x80\x02M\x01\x02.", 513],
    ["\x80\x02J\xfe\xff\xff\xff.", -2],
    ["\x80\x02\x8a\x05\x00\x00\x00\x00\x01.", 2 ** 32],
    ["\x80\x02\x8a\x01\xff.", -1],
    ["\x80\x02\x8a\x00.", 0],
    ["\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.", 2n ** 64n],
    ["\x80\x02G?\xf8\x00\x00\x00\x00\x00\x00.", 1.5],
    ["\x80\x02\x88.", true],
    ["\x80\x02N.", null],
    ["\x80\x02X\x02\0\0\0\xc3\xa9.", "é"],
    ["\x80\x04\x95\x04\0\0\0\0\0\0\0\x8c\x02hi\x94.", "hi"],
    ["\x80\x03C\x02\x01\x02.", Uint8Array.of(1, 2)],
  ];
  for (const [text, value] of cases) assert.deepEqual(read(text), value, JSON.stringify(text));
});

Deno.test("readPickle() reads containers, marks and the memo", () => {
  assert.deepEqual(read("\x80\x02](K\x01K\x02e."), [1, 2]);
  assert.deepEqual(read("\x80\x02]K\x01a."), [1]);
  assert.deepEqual(read("\x80\x02(K\x01K\x02t."), [1, 2]);
  assert.deepEqual(read("\x80\x02K\x01K\x02K\x03\x87."), [1, 2, 3]);
  assert.deepEqual(read("\x80\x02}(K\x01K\x02K\x03K\x04u."), new Map([[1, 2], [3, 4]]));
  assert.deepEqual(read("\x80\x02}K\x01K\x02s."), new Map([[1, 2]]));
  assert.deepEqual(read("\x80\x04\x8f(K\x01K\x02\x90."), new Set([1, 2]));
  assert.deepEqual(read("\x80\x02]q\x05(h\x05h\x05t."), [[], []]);
  assert.deepEqual(read("\x80\x02K\x01K\x020."), 1);
});

Deno.test("readPickle() answers calls and persistent ids by the hooks alone", () => {
  assert.equal(read("\x80\x02ca\nb\n(K\x01K\x02tR."), "a.b(1,2)");
  assert.equal(read("\x80\x02K\x07Q."), "persistent 7");
  assert.throws(() => read("\x80\x02cos\nsystem\n."), /unknown os.system/);
});

Deno.test("readPickle() refuses what no pickle of plain data has", () => {
  for (
    const text of [
      "",
      ".",
      "(",
      "t.",
      "e.",
      "R.",
      "\x80\x02h\x01.",
      "\x80\x02K",
      "I1x\n.",
      "Fx\n.",
      "\x8a\xff.",
      "}(K\x01u.",
    ]
  ) {
    assert.throws(() => read(text), FormatError, JSON.stringify(text));
  }
  assert.throws(() => read("\x80\x02i."), /opcode 0x69 at byte 3/);
});

Deno.test("readPickle() leaves the reader behind the pickle", () => {
  const reader = new ByteReader(latin("K\x01.K\x02."), "test");
  assert.deepEqual([readPickle(reader, HOOKS), readPickle(reader, HOOKS)], [1, 2]);
});
