import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** npm packages of the page's runtime, and their files: name in the page's folder, path in the package. */
const RUNTIME_FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "@tensorflow/tfjs-core": { "tf-core.js": "dist/tf-core.es2017.min.js" },
  "@tensorflow/tfjs-converter": { "tf-converter.js": "dist/tf-converter.es2017.min.js" },
  "@tensorflow/tfjs-backend-webgpu": { "tf-backend-webgpu.js": "dist/tf-backend-webgpu.es2017.min.js" },
  "@tensorflow/tfjs-backend-wasm": {
    "tf-backend-wasm.js": "dist/tf-backend-wasm.es2017.min.js",
    "tfjs-backend-wasm.wasm": "dist/tfjs-backend-wasm.wasm",
    "tfjs-backend-wasm-simd.wasm": "dist/tfjs-backend-wasm-simd.wasm",
    "tfjs-backend-wasm-threaded-simd.wasm": "dist/tfjs-backend-wasm-threaded-simd.wasm",
  },
};

/**
 * The files of TF.js that an exported page needs, from the npm packages that this project uses, with a text that says
 * which versions they are.
 * @throws {Error} If a package is not there
 */
export async function readWebRuntime(): Promise<Map<string, Uint8Array>> {
  const versions = await packageVersions();
  const require = createRequire(import.meta.url);
  const files = new Map<string, Uint8Array>();
  for (const [name, paths] of Object.entries(RUNTIME_FILES)) {
    const folder = dirname(require.resolve(`${name}/package.json`));
    for (const [file, path] of Object.entries(paths)) files.set(file, await readFile(join(folder, path)));
  }
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join("\n");
  const notice = `Unchanged files of these npm packages, Apache-2.0 licence:\n${list}\n`;
  return files.set("README.txt", new TextEncoder().encode(notice));
}

/** Importing the description of each package makes sure that it is installed, and runs nothing of it. */
async function packageVersions(): Promise<Record<string, string>> {
  const descriptions = await Promise.all([
    import("@tensorflow/tfjs-core/package.json", { with: { type: "json" } }),
    import("@tensorflow/tfjs-converter/package.json", { with: { type: "json" } }),
    import("@tensorflow/tfjs-backend-webgpu/package.json", { with: { type: "json" } }),
    import("@tensorflow/tfjs-backend-wasm/package.json", { with: { type: "json" } }),
  ]);
  return Object.fromEntries(descriptions.map(({ default: { name, version } }) => [name, version]));
}
