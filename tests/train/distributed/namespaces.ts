/** Two hosts on one machine: network namespaces joined by a cable with a delay (iproute2, root). */
import { DelayLine } from "./delay_line.ts";

/** A namespace and its address. */
export interface Host {
  readonly name: string;
  readonly ip: string;
}

function run(...words: string[]): { readonly fine: boolean; readonly text: string } {
  const [command, ...args] = words;
  try {
    const { success, stderr } = new Deno.Command(command!, { args, stdout: "null" }).outputSync();
    return { fine: success, text: new TextDecoder().decode(stderr).trim() };
  } catch (error) {
    return { fine: false, text: (error as Error).message };
  }
}

function must(...words: string[]): void {
  const { fine, text } = run(...words);
  if (!fine) throw new Error(`${words.join(" ")}: ${text}`);
}

const HOSTS: readonly Host[] = [0, 1].map((i) => ({ name: `guidedmix${i}`, ip: `10.77.91.${i + 1}` }));
const DEVICES = ["gmix0", "gmix1"] as const;

function setUp(delayMs: number): DelayLine {
  for (const { name } of HOSTS) must("ip", "netns", "add", name);
  const line = new DelayLine(DEVICES, delayMs);
  HOSTS.forEach(({ name, ip }, i) => {
    const inside = (...words: string[]) => must("ip", "-n", name, ...words);
    must("ip", "link", "set", DEVICES[i]!, "netns", name);
    inside("addr", "add", `${ip}/24`, "dev", DEVICES[i]!);
    inside("link", "set", "lo", "up");
    inside("link", "set", DEVICES[i]!, "up");
  });
  return line;
}

function tearDown(): void {
  for (const device of DEVICES) run("ip", "link", "del", device);
  for (const { name } of HOSTS) {
    for (const device of DEVICES) run("ip", "-n", name, "link", "del", device);
    run("ip", "netns", "del", name);
  }
}

/** Why there can be no namespaces here; `undefined` where they can. */
export function namespacesMissing(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "network namespaces need root";
  try {
    setUp(1);
    return undefined;
  } catch (error) {
    return `no network namespaces with delay: ${(error as Error).message}`;
  } finally {
    tearDown();
  }
}

/** Runs `body` with two hosts whose packets each take `delayMs` to the other. */
export async function withTwoHosts(
  delayMs: number,
  body: (hosts: readonly Host[], line: DelayLine) => Promise<void>,
): Promise<void> {
  tearDown();
  const line = setUp(delayMs);
  try {
    await body(HOSTS, line);
  } finally {
    tearDown();
    await line.ended;
  }
}
