import assert from "node:assert/strict";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { encodeServerDef } from "../../../src/train/distributed/server_def.ts";

type Message = { [field: number]: (number | Uint8Array)[] };

function fieldsOf(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const fields: Message = {};
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    (fields[field] ??= []).push(wire === WireType.Varint ? reader.int32() : reader.bytes());
  }
  return fields;
}

const inner = (message: Message, field: number, at = 0) => fieldsOf(message[field]![at] as Uint8Array);
const text = (message: Message, field: number) => new TextDecoder().decode(message[field]![0] as Uint8Array);

Deno.test("encodeServerDef() writes job, place, leader and device filter as tensorflow_server.proto has them", () => {
  const server = fieldsOf(
    encodeServerDef({ addresses: ["a:1", "b:2"], index: 1 }, { threads: 3, nccl: true }),
  );
  const job = inner(inner(server, 1), 1);
  assert.equal(text(job, 1), "worker");
  const tasks = job[2]!.map((_, i) => inner(job, 2, i));
  assert.deepEqual(tasks.map((task) => [task[1]![0], text(task, 2)]), [[0, "a:1"], [1, "b:2"]]);
  assert.equal(text(server, 2), "worker");
  assert.equal(server[3]![0], 1);
  assert.equal(text(server, 5), "grpc");
  const config = inner(server, 4);
  assert.equal(config[2]![0], 3);
  assert.equal(text(config, 4), "/job:worker/task:1");
  assert.equal(text(inner(config, 16), 1), "/job:worker/replica:0/task:0");
  assert.equal(inner(config, 16)[7]![0], 1);
});
