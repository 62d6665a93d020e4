/** What processes of this machine are started by, and what they share. */

/** This Deno, or the one that is called by its name where only that is allowed. */
export function denoCommand(): string {
  const command = Deno.execPath();
  return Deno.permissions.querySync({ name: "run", command }).state === "granted" ? command : "deno";
}

/** Numbers of the CUDA devices that processes may take; none where there are none. */
export function cudaDevices(): string[] {
  const chosen = Deno.env.get("CUDA_VISIBLE_DEVICES");
  if (chosen !== undefined) return chosen.split(",").filter((device) => device.trim() !== "");
  try {
    return [...Deno.readDirSync("/dev")].flatMap(({ name }) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []).sort();
  } catch {
    return [];
  }
}
