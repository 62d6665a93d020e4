/** Environment variables for the length of a call. */

/** Runs `body` with the variables set, or unset where `undefined`, and puts them back. */
export function withVariables<T>(variables: Readonly<Record<string, string | undefined>>, body: () => T): T {
  const names = Object.keys(variables);
  const before = new Map(names.map((name) => [name, Deno.env.get(name)]));
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  names.forEach((name) => set(name, variables[name]));
  try {
    return body();
  } finally {
    before.forEach((value, name) => set(name, value));
  }
}
