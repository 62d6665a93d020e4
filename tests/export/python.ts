/** Python with the packages that some checks need; the environment names it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The reason why `GUIDEDMIX_PYTHON` cannot import `modules`; `undefined` where it can. */
export function missingPython(modules: readonly string[]): string | undefined {
  const python = Deno.env.get("GUIDEDMIX_PYTHON");
  if (python === undefined) return `GUIDEDMIX_PYTHON names no Python with ${modules.join(", ")}`;
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "pipe" });
    return undefined;
  } catch {
    return `${python} cannot import ${modules.join(", ")}`;
  }
}

/** The reason why there is no checkout of the official code; `GUIDEDMIX_OFFICIAL` names it. */
export function missingOfficial(): string | undefined {
  return Deno.env.get("GUIDEDMIX_OFFICIAL") === undefined
    ? "GUIDEDMIX_OFFICIAL names no checkout of the official code"
    : missingPython(["torch", "safetensors", "mmcv"]);
}

/** Runs a script that lies beside this file; returns what it printed. */
export function runPython(script: string, args: readonly string[]): string {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return execFileSync(Deno.env.get("GUIDEDMIX_PYTHON")!, [path, ...args], { encoding: "utf8" });
}
