import assert from "node:assert/strict";
import { checkHost, cpuFlags, type Host, thisHost } from "../../../src/backends/library/host.ts";
import { withVariables } from "./variables.ts";

const WITH_AVX: Host = {
  os: "linux",
  arch: "x86_64",
  libc: { name: "glibc", release: "2.27" },
  cpuinfo: "processor\t: 0\nflags\t\t: fpu sse4_1 avx f16c\n\nprocessor\t: 1\n",
};

/** Judged as where no library of one's own is named. */
function check(host: Host): void {
  withVariables({ GUIDEDMIX_LIBTENSORFLOW: undefined }, () => checkHost(host));
}

Deno.test("checkHost() takes what the wheels are built for, and what it knows nothing of", () => {
  check(WITH_AVX);
  check({ os: "linux", arch: "x86_64" });
  check({ ...WITH_AVX, arch: "aarch64", cpuinfo: "processor\t: 0\nFeatures\t: fp asimd\n" });
  check({ os: "darwin", arch: "aarch64" });
  check({ ...WITH_AVX, libc: { name: "glibc", release: "3.0" } });
});

Deno.test("checkHost() refuses a processor without AVX", () => {
  // a word that begins with avx is not avx
  for (const flags of ["fpu sse4_1 sse4_2", "fpu avx2x", ""]) {
    assert.throws(() => check({ ...WITH_AVX, cpuinfo: `flags\t: ${flags}\n` }), {
      name: "BackendUnavailable",
      message:
        /^Cannot use libtensorflow [\d.]+: this processor has no AVX instructions, expected one with them; /,
    });
  }
});

Deno.test("checkHost() refuses musl and a glibc that is too old", () => {
  assert.throws(() => check({ ...WITH_AVX, libc: { name: "other" } }), {
    name: "BackendUnavailable",
    message: /C library is not glibc \(musl, as on Alpine\), expected glibc 2\.27 or newer/,
  });
  for (const release of ["2.26", "2.9", "1.30"]) {
    assert.throws(() => check({ ...WITH_AVX, libc: { name: "glibc", release } }), {
      name: "BackendUnavailable",
      message: new RegExp(`this system has glibc ${release}, expected 2\\.27 or newer`),
    });
  }
});

Deno.test("checkHost() leaves a library of the user's own to the user", () => {
  withVariables(
    { GUIDEDMIX_LIBTENSORFLOW: "own" },
    () => checkHost({ ...WITH_AVX, cpuinfo: "flags\t: sse4_1\n" }),
  );
});

Deno.test("thisHost() tells this machine, with the processor's flags where it is Linux", () => {
  const host = thisHost();
  assert.equal(host.os, Deno.build.os);
  assert.equal(host.arch, Deno.build.arch);
  if (host.os !== "linux") return;
  assert.equal(host.libc?.name, "glibc", "Deno's own builds for Linux need glibc");
  const text = Deno.readTextFileSync("/proc/cpuinfo");
  const line = /^(?:flags|Features)\s*: (.*)$/m.exec(text)![1]!;
  assert.deepEqual(cpuFlags(host), new Set(line.split(" ").filter(Boolean)));
});
