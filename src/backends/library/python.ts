/** Asks the `python3` of this machine for an installed TensorFlow, without importing it. */

/** What Python knows of its TensorFlow. */
export interface PythonTensorflow {
  /** The folder of the package `tensorflow`. */
  folder: string;
  /** Its release, such as "2.21.0". */
  version: string;
}

/**
 * The working folder is taken off the module path first: a folder `tensorflow` that happens to lie there must not be
 * loaded. `find_spec` of a top-level name runs no code of the package.
 */
const PROBE = `
import sys
sys.path[:] = [path for path in sys.path if path]
import importlib.util, importlib.metadata, json, os
spec = importlib.util.find_spec("tensorflow")
answer = None
if spec is not None and spec.origin:
    folder = os.path.dirname(spec.origin)
    for name in ("tensorflow", "tensorflow-cpu"):
        for found in importlib.metadata.distributions(name=name, path=[os.path.dirname(folder)]):
            answer = {"folder": folder, "version": found.version}
print(json.dumps(answer))
`;

/**
 * Where Python's TensorFlow lies and which release it is; `undefined` without `python3`, without the package or without
 * the permission to run `python3`.
 */
export async function findPythonTensorflow(): Promise<PythonTensorflow | undefined> {
  try {
    const output = await new Deno.Command("python3", { args: ["-c", PROBE], stdin: "null", stderr: "null" })
      .output();
    if (!output.success) return undefined;
    const answer: unknown = JSON.parse(new TextDecoder().decode(output.stdout));
    return isPythonTensorflow(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function isPythonTensorflow(value: unknown): value is PythonTensorflow {
  if (typeof value !== "object" || value === null) return false;
  const { folder, version } = value as Partial<Record<keyof PythonTensorflow, unknown>>;
  return typeof folder === "string" && typeof version === "string";
}
