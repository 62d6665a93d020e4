import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { type Cluster, taskName } from "./cluster.ts";

const VARINT = 0;
const BYTES = 2;

function message(fill: (writer: BinaryWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  fill(writer);
  return new Uint8Array(writer.finish());
}

/** ClusterDef 1 job; JobDef 1 name, 2 tasks (a map: 1 key, 2 value). */
function clusterDef(addresses: readonly string[]): Uint8Array {
  const job = message((writer) => {
    writer.tag(1, BYTES).string("worker");
    addresses.forEach((address, i) => {
      const entry = message((inner) => inner.tag(1, VARINT).int32(i).tag(2, BYTES).string(address));
      writer.tag(2, BYTES).bytes(entry);
    });
  });
  return message((writer) => writer.tag(1, BYTES).bytes(job));
}

/** How the processes of a cluster compute and talk. */
export interface ServerOptions {
  /** Threads inside an op; 0 lets TensorFlow take all cores. Default 0. */
  readonly threads?: number;
  /** Collective ops between GPUs by NCCL in place of gRPC; each process needs a GPU of its own. Default false. */
  readonly nccl?: boolean;
}

/**
 * ConfigProto 2 intra_op_parallelism_threads, 4 device_filters, 6 gpu_options { 4 allow_growth }, 16 experimental
 * { 1 collective_group_leader, 7 collective_nccl }.
 */
function sessionConfig(index: number, { threads = 0, nccl = false }: ServerOptions): Uint8Array {
  return message((writer) => {
    if (threads > 0) writer.tag(2, VARINT).int32(threads);
    writer.tag(4, BYTES).string(`/job:worker/task:${index}`);
    writer.tag(6, BYTES).bytes(message((gpu) => gpu.tag(4, VARINT).bool(true)));
    writer.tag(16, BYTES).bytes(message((experimental) => {
      experimental.tag(1, BYTES).string(taskName(0));
      if (nccl) experimental.tag(7, VARINT).bool(true);
    }));
  });
}

/**
 * A serialized tensorflow.ServerDef (tensorflow_server.proto: 1 cluster, 2 job_name, 3 task_index,
 * 4 default_session_config, 5 protocol): one job `worker`, the chief leads the collective groups.
 */
export function encodeServerDef(
  { addresses, index }: Cluster,
  options: ServerOptions = {},
): Uint8Array<ArrayBuffer> {
  return message((writer) => {
    writer.tag(1, BYTES).bytes(clusterDef(addresses));
    writer.tag(2, BYTES).string("worker");
    writer.tag(3, VARINT).int32(index);
    writer.tag(4, BYTES).bytes(sessionConfig(index, options));
    writer.tag(5, BYTES).string("grpc");
  });
}
