/** A `python3` that behaves as pip does, with wheels of a few bytes, and a cache folder of its own. */
import { createHash } from "node:crypto";
import { delimiter, join } from "node:path";
import { zipSync } from "fflate";
import { wheelArchitecture } from "../../../src/backends/library/platform.ts";
import { projectPath } from "../../support.ts";

/** Contents of a wheel, by name. */
export type WheelFiles = Record<string, string>;

/** What the made pip does: brings wheels, has none for this Python, fails in several ways, takes long, or never ends. */
export type PipMode = "works" | "no-pip" | "offline" | "other-python" | "slow" | "never-ends" | "broken";

/** The files of a made TensorFlow wheel. */
export const TENSORFLOW_FILES: WheelFiles = {
  "tensorflow/__init__.py": "",
  "tensorflow/libtensorflow_cc.so.2": "the C API\n".repeat(1000),
  "tensorflow/libtensorflow_framework.so.2": "the framework\n".repeat(100),
  "tensorflow/THIRD_PARTY_NOTICES.txt": "notices",
};

/** A METADATA text that names what CUDA needs. */
export const METADATA = `Metadata-Version: 2.4
Name: tensorflow
Requires-Dist: numpy>=1.26.0
Provides-Extra: and-cuda
Requires-Dist: nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: nvidia-cublas-cu12 (<13.0,>=12.5.3.2) ; extra == 'and-cuda'
Requires-Dist: somewhat<1; extra == "gcs-filesystem"

Requires-Dist: not-this-one; extra == "and-cuda"
`;

/** The bytes of a wheel with `files`, a METADATA and a RECORD; `recorded` overrides what RECORD tells. */
export function makeWheel(files: WheelFiles, recorded: WheelFiles = files): Uint8Array {
  const info = `made_${createHash("sha256").update(JSON.stringify(files)).digest("hex")}-1.0.dist-info`;
  const all = { ...files, [`${info}/METADATA`]: METADATA };
  const record = Object.entries({ ...recorded, [`${info}/METADATA`]: METADATA }).map(recordLine);
  const encoder = new TextEncoder();
  const members = Object.entries({ ...all, [`${info}/RECORD`]: record.join("\n") });
  return zipSync(Object.fromEntries(members.map(([name, text]) => [name, encoder.encode(text)])));
}

function recordLine([name, text]: [string, string]): string {
  const hash = createHash("sha256").update(text).digest("base64url");
  return `${name},sha256=${hash},${new TextEncoder().encode(text).length}`;
}

/** Answers `-c` with a prepared text; else plays `pip download`. It lies beside `mode`, `probe.json` and `wheels`. */
const FAKE_PYTHON = `#!/bin/sh
home=$(dirname "$0")/..
if [ "$1" = "-c" ]; then cat "$home/probe.json"; exit 0; fi
echo "$*" >> "$home/calls.txt"
dest=
previous=
for word in "$@"; do
  if [ "$previous" = "--dest" ]; then dest=$word; fi
  previous=$word
done
no_wheel() {
  echo "ERROR: Could not find a version that satisfies the requirement (from versions: none)" >&2
  echo "ERROR: No matching distribution found for it" >&2
  exit 1
}
case $(cat "$home/mode") in
  no-pip) echo "/usr/bin/python3: No module named pip" >&2; exit 1 ;;
  broken) echo "ERROR: disk on fire" >&2; exit 3 ;;
  offline)
    echo "WARNING: Retrying (Retry(total=0)) after: [Errno -3] Temporary failure in name resolution" >&2
    no_wheel ;;
  other-python) case "$*" in *--python-version=*) ;; *) no_wheel ;; esac ;;
  slow)
    echo "Collecting it"
    echo "  Downloading it-1.0-py3-none-any.whl.metadata (4.4 kB)"
    echo "  Downloading it-1.0-py3-none-any.whl (12.3 MB)"
    head -c 3000000 /dev/zero > "$dest/it.whl"
    sleep 1.5
    head -c 12340000 /dev/zero > "$dest/it.whl"
    exit 0 ;;
  never-ends) echo part > "$dest/part.whl"; echo $$ > "$home/pid"; exec sleep 60 ;;
esac
for word in "$@"; do
  name=\${word%%[=<>]*}
  case "$word" in
    -*) ;;
    *) if [ -f "$home/wheels/$name.whl" ]; then sleep 0.2; cp "$home/wheels/$name.whl" "$dest/"; fi ;;
  esac
done
`;

/** A machine of its own for a test: folders for the cache and for the made `python3`; deleted at the end of the test. */
export class MadeMachine implements AsyncDisposable {
  /** The folder that holds everything. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folders, with a pip that works and a whole wheel of each kind. */
  static async create(): Promise<MadeMachine> {
    const made = new MadeMachine(await Deno.makeTempDir());
    for (const name of ["bin", "cache", "wheels"]) await Deno.mkdir(join(made.folder, name));
    await Deno.writeTextFile(join(made.folder, "bin", "python3"), FAKE_PYTHON, { mode: 0o755 });
    await made.setMode("works");
    await made.setProbe(null);
    await made.setWheel("tensorflow-cpu", makeWheel(TENSORFLOW_FILES));
    await made.setWheel("tensorflow", makeWheel(TENSORFLOW_FILES));
    await made.setWheel(
      "nvidia-cuda-runtime-cu12",
      makeWheel({ "nvidia/cuda_runtime/lib/libcudart.so.12": "rt" }),
    );
    await made.setWheel(
      "nvidia-cublas-cu12",
      makeWheel({
        "nvidia/cublas/lib/libcublas.so.12": "blas",
        "nvidia/cublas/lib/libcublasLt.so.12": "lt",
        "nvidia/cublas/lib/libcublas.alt.so.12": "left out",
        "nvidia/cublas/include/cublas.h": "left out",
      }),
    );
    return made;
  }

  /** Changes what pip does. */
  async setMode(mode: PipMode): Promise<void> {
    await Deno.writeTextFile(join(this.folder, "mode"), mode);
  }

  /** Changes what `python3 -c` prints. */
  async setProbe(answer: unknown): Promise<void> {
    await Deno.writeTextFile(join(this.folder, "probe.json"), JSON.stringify(answer));
  }

  /** Changes what pip brings for a package. */
  async setWheel(name: string, bytes: Uint8Array): Promise<void> {
    await Deno.writeFile(join(this.folder, "wheels", `${name}.whl`), bytes);
  }

  /** The lines with which pip was called. */
  async pipCalls(): Promise<string[]> {
    try {
      return (await Deno.readTextFile(join(this.folder, "calls.txt"))).trim().split("\n");
    } catch {
      return [];
    }
  }

  /** The folder of the library in the cache. */
  library(build: "cpu" | "cuda"): string {
    return join(this.folder, "cache", "guidedmix", `libtensorflow-2.21.0-${build}`);
  }

  /** The names in the project's cache. */
  async cached(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(join(this.folder, "cache", "guidedmix")), ({ name }) => name))
      .sort();
  }

  /** The variables of this machine. */
  environment(python = true): Record<string, string> {
    const path = python
      ? [join(this.folder, "bin"), Deno.env.get("PATH") ?? ""]
      : [join(this.folder, "cache")];
    return {
      PATH: path.join(delimiter),
      XDG_CACHE_HOME: join(this.folder, "cache"),
      GUIDEDMIX_LIBTENSORFLOW: "",
      GUIDEDMIX_WEIGHTS: "",
    };
  }

  /** Runs `body` with the variables of this machine. */
  async inside<T>(body: () => Promise<T>, options: { python?: boolean } = {}): Promise<T> {
    const variables = this.environment(options.python);
    const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
    try {
      return await body();
    } finally {
      for (const [name, value] of before) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
    }
  }

  /** Starts a program of this project (its text) on this machine. */
  start(program: string, options: { python?: boolean } = {}): Deno.ChildProcess {
    const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
    const denoFolder = Deno.env.get("DENO_DIR") ?? join(home, "deno");
    return new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", program],
      cwd: projectPath("."),
      env: { ...this.environment(options.python), DENO_DIR: denoFolder, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Ends a made pip that never ends, and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      Deno.kill(Number(await Deno.readTextFile(join(this.folder, "pid"))), "SIGKILL");
    } catch {
      // none was started, or it has ended
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Why the tests of downloads are skipped here, if they are. */
export function withoutWheels(): string | undefined {
  try {
    wheelArchitecture();
    return undefined;
  } catch {
    return `no TensorFlow wheel for ${Deno.build.os} on ${Deno.build.arch}`;
  }
}
