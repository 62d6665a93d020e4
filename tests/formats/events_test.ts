import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c, maskedCrc32c } from "../../src/formats/crc32c.ts";
import { readEvents } from "../../src/formats/event_reader.ts";
import { eventFileName, EventWriter } from "../../src/formats/events.ts";
import { frameRecord, readRecords } from "../../src/formats/records.ts";
import type { EventValue } from "../../src/formats/events.ts";

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function written(write: (writer: EventWriter) => void): Uint8Array {
  const parts: Uint8Array[] = [];
  write(new EventWriter((record) => parts.push(record), () => 1_700_000_000_500));
  return joined(parts);
}

function eventValue(): fc.Arbitrary<EventValue> {
  const plain = { noNullPrototype: true };
  const size = fc.integer({ min: 1, max: 5000 });
  const image = fc.record(
    { height: size, width: size, png: fc.uint8Array({ minLength: 1, maxLength: 50 }) },
    plain,
  );
  return fc.oneof(
    fc.record({ tag: fc.string(), scalar: fc.float({ noNaN: true }) }, plain),
    fc.record({ tag: fc.string(), image }, plain),
  );
}

Deno.test("crc32c() gives the check values of RFC 3720 when fed its examples", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
});

Deno.test("maskedCrc32c() is the rotated checksum plus TensorFlow's constant", () => {
  const crc = 0xe3069283;
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  assert.equal(maskedCrc32c(new TextEncoder().encode("123456789")), (rotated + 0xa282ead8) % 2 ** 32);
});

Deno.test("frameRecord() makes the bytes that TensorFlow writes for an empty record", () => {
  // Eight zero bytes of length with their checksum, then the checksum of nothing.
  const hex = [...frameRecord(new Uint8Array(0))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(hex, "0000000000000000" + "29039807" + "d8ea82a2");
});

Deno.test("readRecords() is the inverse of frameRecord() and leaves out a record that was cut off", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(55), (contents, cut) => {
    const whole = joined(contents.map(frameRecord));
    assert.deepEqual(readRecords(whole).records.map((r) => [...r]), contents.map((c) => [...c]));
    assert.equal(readRecords(whole).intactBytes, whole.length);
    const torn = readRecords(whole.subarray(0, Math.max(whole.length - cut, 0)));
    assert.deepEqual(
      torn.records.map((r) => [...r]),
      contents.slice(0, torn.records.length).map((c) => [...c]),
    );
    assert.ok(torn.intactBytes <= Math.max(whole.length - cut, 0));
    assert.equal(readRecords(whole.subarray(0, torn.intactBytes)).records.length, torn.records.length);
  }));
});

Deno.test("readRecords() throws a FormatError when one bit is changed in a length, a checksum or the data", () => {
  const bytes = frameRecord(Uint8Array.of(1, 2, 3));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => readRecords(changed), {
      name: "FormatError",
      message: /^Cannot read the record at byte 0/,
    });
  }
});

Deno.test("readEvents() gives back what EventWriter wrote for any values", () => {
  const values = fc.array(eventValue(), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(fc.nat(), values, (iteration, list) => {
    const { events } = readEvents(written((writer) => writer.write(iteration, list)));
    assert.deepEqual(events, [{ wallTime: 1_700_000_000.5, iteration, values: list }]);
  }));
});

Deno.test("start() names the file version once and the session when a file is begun and continued", () => {
  const bytes = written((writer) => {
    writer.start(0);
    writer.write(5, [{ tag: "loss/ce", scalar: 0.5 }]);
    writer.start(3, true);
  });
  const { events, intactBytes } = readEvents(bytes);
  assert.deepEqual(events.map((e) => [e.iteration, e.fileVersion, e.sessionStart]), [
    [0, "brain.Event:2", undefined],
    [0, undefined, true],
    [5, undefined, undefined],
    [3, undefined, true],
  ]);
  assert.equal(intactBytes, bytes.length);
});

Deno.test("write() stores a number beyond float32 as infinite and keeps NaN", () => {
  const values = [{ tag: "a", scalar: 1e300 }, { tag: "b", scalar: NaN }, { tag: "c", scalar: -Infinity }];
  const { events } = readEvents(written((writer) => writer.write(0, values)));
  assert.deepEqual(events[0]!.values.map((v) => "scalar" in v && v.scalar), [Infinity, NaN, -Infinity]);
});

Deno.test("write() throws a RangeError when the iteration or the values are missing", () => {
  const writer = new EventWriter(() => assert.fail("nothing may be written"));
  assert.throws(
    () => writer.write(-1, [{ tag: "a", scalar: 1 }]),
    /iteration is -1, expected an integer from 0/,
  );
  assert.throws(() => writer.write(1.5, [{ tag: "a", scalar: 1 }]), RangeError);
  assert.throws(() => writer.write(1, []), /no values, expected at least one/);
});

Deno.test("readEvents() throws a FormatError when a record is no message", () => {
  const bytes = frameRecord(Uint8Array.of(0x09, 1, 2));
  assert.throws(() => readEvents(bytes), { name: "FormatError", message: /^Cannot read event 0/ });
});

Deno.test("eventFileName() has the mark that TensorBoard looks for", () => {
  assert.equal(eventFileName(1_700_000_000_999), "events.out.tfevents.1700000000.guidedmix");
});
