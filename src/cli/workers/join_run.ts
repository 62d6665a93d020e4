/** Several processes that train one run: which this one is, and how it joins the others. */
import { ConfigError } from "../../core/errors.ts";
import { type Cluster, clusterFromTfConfig } from "../../train/distributed/cluster.ts";
import { encodeServerDef } from "../../train/distributed/server_def.ts";
import { joinWorkers, type WorkerGroup } from "../../train/distributed/worker_group.ts";
import type { Output } from "../output.ts";
import { launchedInto } from "./held_process.ts";

/** The cluster that `TF_CONFIG` names; `undefined` where this process trains alone. */
export function clusterHere(): Cluster | undefined {
  return clusterFromTfConfig(Deno.env.get("TF_CONFIG"));
}

/** Makes sure that several workers can use a backend. @throws {ConfigError} If it is another than `tensorflow` */
export function checkClusterBackend(name: string): void {
  if (name === "auto" || name === "tensorflow") return;
  throw new ConfigError(
    `Cannot train with several workers on backend "${name}": it has no collective ops, expected "tensorflow"`,
  );
}

/**
 * The backend of a process of a cluster, and what it is opened with. `GUIDEDMIX_NCCL=1` lets GPUs talk by NCCL.
 * @throws {ConfigError} If another backend than `tensorflow` is asked for
 */
export function clusterBackend(
  name: string,
  cluster: Cluster | undefined,
): { name: string; serverDef?: Uint8Array<ArrayBuffer> } {
  if (cluster === undefined) return { name };
  checkClusterBackend(name);
  const nccl = Deno.env.get("GUIDEDMIX_NCCL") === "1";
  return { name: "tensorflow", serverDef: encodeServerDef(cluster, { nccl }) };
}

/** Said by every worker: each one's port is open. */
function openPortText({ addresses, index }: Cluster): string {
  const port = addresses[index]!.slice(addresses[index]!.lastIndexOf(":") + 1);
  return `note     port ${port} of this worker answers on all addresses of this machine, and whoever reaches it reads ` +
    "and writes files as you: close it to all but the workers";
}

function networkText(): string {
  return launchedInto() === "own" ? ", in a network of their own" : "";
}

/** A worker that is not the chief says only what goes wrong and whom it waits for. */
export function quiet(output: Output): Output {
  return { ...output, note: () => {}, result: () => {} };
}

/**
 * Joins the others, if there are any.
 * @param waitSeconds How long to wait for them
 * @throws {TrainingError} If one does not come in time
 */
export async function joinRun(
  cluster: Cluster | undefined,
  waitSeconds: number | undefined,
  output: Output,
): Promise<WorkerGroup | undefined> {
  if (cluster === undefined) return undefined;
  const { addresses, index } = cluster;
  if (launchedInto() !== "own") console.error(openPortText(cluster));
  const workers = await joinWorkers(cluster, { waitSeconds, onWait: (text) => console.error(text) });
  output.note(`workers  ${addresses.length}, this is ${index}: ${addresses.join(", ")}${networkText()}`);
  return workers;
}
