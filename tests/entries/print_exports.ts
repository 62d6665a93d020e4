/** Imports one entry of the module by its name and prints what it exports. */
const ENTRIES: Readonly<Record<string, () => Promise<object>>> = {
  "@guidedmix/guidedmix": () => import("@guidedmix/guidedmix"),
  "@guidedmix/guidedmix/data": () => import("@guidedmix/guidedmix/data"),
  "@guidedmix/guidedmix/eval": () => import("@guidedmix/guidedmix/eval"),
  "@guidedmix/guidedmix/export": () => import("@guidedmix/guidedmix/export"),
  "@guidedmix/guidedmix/formats": () => import("@guidedmix/guidedmix/formats"),
  "@guidedmix/guidedmix/method": () => import("@guidedmix/guidedmix/method"),
  "@guidedmix/guidedmix/train": () => import("@guidedmix/guidedmix/train"),
};

if (import.meta.main) console.log(JSON.stringify(Object.keys(await ENTRIES[Deno.args[0]!]!())));
