import assert from "node:assert/strict";
import { announcedBytes } from "../../../src/backends/library/pip_download.ts";
import { testUnless } from "../../support.ts";
import { MadeMachine, withoutWheels } from "./support.ts";

Deno.test("announcedBytes() reads the size of a wheel, not of its metadata", () => {
  const metadata = "Collecting it\n  Downloading it-1.0-py3-none-any.whl.metadata (4.4 kB)\n";
  assert.equal(announcedBytes(metadata), undefined);
  assert.equal(announcedBytes(`${metadata}  Downloading it-1.0-py3-none-any.whl (252.2 MB)\n`), 252.2e6);
  assert.equal(announcedBytes("  Using cached it-1.0-py3-none-any.whl (17 kB)"), 17_000);
  assert.equal(announcedBytes("  Downloading it-1.0.whl (712 bytes)"), 712);
  assert.equal(announcedBytes("  Downloading it-1.0.whl (25"), undefined);
});

testUnless(
  withoutWheels(),
  "pipDownload() tells on no terminal how much there is to come, as soon as pip says it, and the end",
  async () => {
    await using machine = await MadeMachine.create();
    await machine.setMode("slow");
    const told = async (requirements: string) => {
      const program = `import { pipDownload } from "./src/backends/library/pip_download.ts";
import { progressOnStderr } from "./src/cli/progress_on_stderr.ts";
const folder = await Deno.makeTempDir();
await pipDownload([${requirements}], { folder, onProgress: progressOnStderr() });
await Deno.remove(folder, { recursive: true });`;
      const { code, stderr } = await machine.start(program).output();
      const text = new TextDecoder().decode(stderr);
      assert.equal(code, 0, text);
      return text.replace(/, [\d.]+ MB\/s/g, "").trim().split("\n");
    };
    const one = await told('"it==1.0"');
    assert.deepEqual(one.slice(-2), [
      "downloading it.whl: 3.0 of 12.3 MB",
      "downloading it.whl: 12.3 of 12.3 MB",
    ]);
    // of several wheels the later ones are not announced yet
    const several = await told('"it==1.0", "more==1.0"');
    assert.equal(several.at(-1), "downloading it.whl: 12.3 of 12.3 MB");
    assert.doesNotMatch(several.slice(0, -1).join(), / of /);
  },
);
