import { ConfigError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";

/** Processes that train one network together. */
export interface Cluster {
  /** `host:port` of each; the first is the chief. */
  readonly addresses: readonly string[];
  /** Which of them this process is. */
  readonly index: number;
}

/** Kinds of `TF_CONFIG` that hold training processes, in the order in which they are numbered. */
const KINDS = ["chief", "master", "worker"] as const;

function refuse(state: string, rule: string): never {
  throw new ConfigError(`Cannot read TF_CONFIG: ${state}, expected ${rule}`);
}

interface TfConfig {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly task: Readonly<Record<string, unknown>>;
}

/** A table of the variable; what is left out is an empty one. */
function tableOf(name: string, value: unknown = {}): Readonly<Record<string, unknown>> {
  if (isTable(value)) return value;
  return refuse(`${name} is ${JSON.stringify(value)}`, "a JSON object");
}

function parse(text: string): TfConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuse((error as Error).message, "JSON with cluster and task");
  }
  const { cluster, task } = tableOf("it", value);
  return { cluster: tableOf("cluster", cluster), task: tableOf("task", task) };
}

/** Whether it is `host:port` with a port that there is. */
function isAddress(value: unknown): value is string {
  const port = typeof value === "string" ? /^.+:(\d{1,5})$/.exec(value)?.[1] : undefined;
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65535;
}

function addressesOf(kind: string, value: unknown): string[] {
  const list = Array.isArray(value) ? value as unknown[] : [];
  if (list.length > 0 && list.every(isAddress)) return list;
  return refuse(
    `cluster.${kind} is ${JSON.stringify(value)}`,
    'a list of "host:port" with ports from 1 to 65535',
  );
}

/** Two workers at one address would wait for each other for ever. */
function refuseTwice(addresses: readonly string[]): void {
  const twice = addresses.find((address, i) =>
    addresses.findIndex((other) => other.toLowerCase() === address.toLowerCase()) !== i
  );
  if (twice !== undefined) refuse(`cluster has "${twice}" twice`, "an address of its own for each process");
}

/**
 * Reads `TF_CONFIG` as Kubernetes' TFJob and TensorFlow's resolvers write it: `cluster` with `worker`, and `chief` where
 * there is one, and `task` with `type` and `index`. Without a chief, worker 0 is it. A cluster of one is no cluster.
 * @param text The variable's value
 * @returns `undefined` where the variable is not set, empty, or names one process only
 * @throws {ConfigError} If it is not readable or names kinds that do not train together (`ps`, `evaluator`)
 */
export function clusterFromTfConfig(text: string | undefined): Cluster | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const { cluster, task } = parse(text);
  const other = Object.keys(cluster).find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (other !== undefined) refuse(`cluster has "${other}"`, `only ${KINDS.join(", ")}`);
  const addresses: string[] = [];
  let index = -1;
  for (const kind of KINDS) {
    if (cluster[kind] === undefined) continue;
    const own = addressesOf(kind, cluster[kind]);
    if (task.type === kind && Number.isInteger(task.index) && own[task.index as number] !== undefined) {
      index = addresses.length + (task.index as number);
    }
    addresses.push(...own);
  }
  refuseTwice(addresses);
  if (index < 0) {
    refuse(`task is ${JSON.stringify(task)}`, `type and index of one of the ${addresses.length} in cluster`);
  }
  return addresses.length === 1 ? undefined : { addresses, index };
}

/** The `TF_CONFIG` of one process of a cluster whose processes are all of kind `worker`. */
export function tfConfigOf({ addresses, index }: Cluster): string {
  return JSON.stringify({ cluster: { worker: addresses }, task: { type: "worker", index } });
}

/** How people and TensorFlow's messages call a process, `worker 1 (host:port)`. */
export function workerName({ addresses }: Pick<Cluster, "addresses">, index: number): string {
  return `worker ${index}${index === 0 ? ", the chief," : ""} at ${addresses[index]}`;
}

/** TensorFlow's name of a process. */
export function taskName(index: number): string {
  return `/job:worker/replica:0/task:${index}`;
}
