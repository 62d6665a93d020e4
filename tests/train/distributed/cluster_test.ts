import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../../src/core/errors.ts";
import { clusterFromTfConfig, tfConfigOf } from "../../../src/train/distributed/cluster.ts";

const refuses = (text: string, message: RegExp) =>
  assert.throws(
    () => clusterFromTfConfig(text),
    (error) => error instanceof ConfigError && message.test(error.message),
  );

Deno.test("clusterFromTfConfig() numbers the chief first, as TFJob names it", () => {
  const cluster = { chief: ["a:2222"], worker: ["b:2222", "c:2222"] };
  const addresses = ["a:2222", "b:2222", "c:2222"];
  const at = (type: string, index: number) =>
    clusterFromTfConfig(JSON.stringify({ cluster, task: { type, index }, environment: "cloud" }));
  assert.deepEqual(at("chief", 0), { addresses, index: 0 });
  assert.deepEqual(at("worker", 0), { addresses, index: 1 });
  assert.deepEqual(at("worker", 1), { addresses, index: 2 });
});

Deno.test("clusterFromTfConfig() is undefined where a process trains alone", () => {
  assert.equal(clusterFromTfConfig(undefined), undefined);
  assert.equal(clusterFromTfConfig(" "), undefined);
  assert.equal(
    clusterFromTfConfig('{"cluster":{"worker":["a:1"]},"task":{"type":"worker","index":0}}'),
    undefined,
  );
});

Deno.test("clusterFromTfConfig() takes back what tfConfigOf() wrote", () => {
  const addresses = fc.array(fc.tuple(fc.domain(), fc.integer({ min: 1, max: 65535 })), {
    minLength: 2,
    maxLength: 9,
  });
  fc.assert(fc.property(addresses, fc.nat(), (hosts, place) => {
    const cluster = {
      addresses: hosts.map(([host, port]) => `${host}:${port}`),
      index: place % hosts.length,
    };
    assert.deepEqual(clusterFromTfConfig(tfConfigOf(cluster)), cluster);
  }));
});

Deno.test("clusterFromTfConfig() refuses what does not train together, and says why", () => {
  refuses("{", /Cannot read TF_CONFIG: .* expected JSON with cluster and task/);
  refuses(
    '{"cluster":{"ps":["a:1"],"worker":["b:1"]}}',
    /cluster has "ps", expected only chief, master, worker/,
  );
  refuses('{"cluster":{"worker":["a"]}}', /cluster.worker is \["a"\], expected a list of "host:port"/);
  refuses(
    '{"cluster":{"worker":["a:1","b:1"]},"task":{"type":"worker","index":2}}',
    /expected type and index of one of the 2/,
  );
});

Deno.test("clusterFromTfConfig() refuses what is no table, port or place of its own, in a sentence", () => {
  const worker = (...addresses: unknown[]) =>
    JSON.stringify({ cluster: { worker: addresses }, task: { type: "worker", index: 0 } });
  refuses('{"cluster": null}', /Cannot read TF_CONFIG: cluster is null, expected a JSON object/);
  refuses('{"cluster": "a:1"}', /cluster is "a:1", expected a JSON object/);
  refuses('{"cluster": {"worker": ["a:1"]}, "task": null}', /task is null, expected a JSON object/);
  refuses("null", /it is null, expected a JSON object/);
  refuses("[]", /it is \[\], expected a JSON object/);
  refuses('{"cluster": {"worker": null}}', /cluster.worker is null, expected a list/);
  refuses(worker("a:1", "b:99999"), /expected a list of "host:port" with ports from 1 to 65535/);
  refuses(worker("a:0", "b:1"), /ports from 1 to 65535/);
  refuses(worker("a:1", "b:1", "A:1"), /cluster has "A:1" twice, expected an address of its own/);
});
