/**
 * Where a Worker's module lies beside the module that starts it: published as npm package, files are compiled to JavaScript.
 * @param here `import.meta.url` of the module that starts it
 * @param name Of the Worker's module, without an ending
 */
export function workerUrl(here: string, name: string): URL {
  const ending = new URL(here).pathname.endsWith(".js") ? "js" : "ts";
  return new URL(`./${name}.${ending}`, here);
}
