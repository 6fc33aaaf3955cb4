import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../src/node/folder-lock.js";
import { hostToken, startOf } from "../../src/node/process-identity.js";

const module = new URL("../../build/node/folder-lock.js", import.meta.url).href;
/** Shorter than those of the command. */
const TIMES = { beat: 100, watch: 1500 };

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "folder-lock-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

const lockFile = () => join(folder, ".simdgrad-lock");
const me = { token: "0123456789abcdef", name: hostname(), host: hostToken(), pid: process.pid };
const writeOwner = (owner: object) => writeFile(lockFile(), JSON.stringify({ ...me, ...owner }));

/** @returns whether it was taken, and after how many milliseconds that was known */
async function take(): Promise<{ taken: boolean; milliseconds: number }> {
  const began = performance.now();
  const result = await lockFolder(folder, TIMES).catch((error: Error) => error);
  const milliseconds = performance.now() - began;
  if (result instanceof Error) {
    expect(result.message).toMatch(/: expected a folder that no other training writes to, got one of /);
    return { taken: false, milliseconds };
  }
  await result.check();
  result.release();
  expect(await readdir(folder)).toEqual([]);
  return { taken: true, milliseconds };
}

describe("an owner of this machine", () => {
  it("that lives holds its folder, however long it does not touch its file", async () => {
    await writeOwner({ start: startOf(process.pid) });
    expect(await take()).toMatchObject({ taken: false });
  });

  it("that is dead, or whose number another process has now, has lost it at once", async () => {
    for (const owner of [
      { pid: spawnSync(process.execPath, ["--eval", ""]).pid, start: "1" },
      { pid: process.pid, start: "1" },
    ]) {
      await writeOwner(owner);
      const { taken, milliseconds } = await take();
      expect(taken).toBe(true);
      expect(milliseconds).toBeLessThan(TIMES.watch);
    }
  });
});

it.skipIf(process.platform !== "linux")(
  "an owner that has ended, but whose parent did not ask how, has lost it",
  async () => {
    const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(parent);
    const pid = Number((await createInterface({ input: parent.stdout })[Symbol.asyncIterator]().next()).value);
    while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8"))) await wait(10);
    await writeOwner({ pid, start: startOf(pid) });
    expect(await take()).toMatchObject({ taken: true });
  },
);

describe("an owner that cannot be asked", () => {
  const unknown: [string, () => Promise<void>][] = [
    ["of another host", () => writeOwner({ host: "0badcafe", name: "far", start: startOf(process.pid) })],
    ["of a container with the same number", () => writeOwner({ host: "0badcafe", start: startOf(process.pid) })],
    ["of a system that does not say when it began", () => writeOwner({ start: "" })],
    ["in a file that was never finished", () => writeFile(lockFile(), "")],
    ["in a file of another program", () => writeFile(lockFile(), "12345\n")],
  ];

  it.each(unknown)("%s loses the folder once its file was watched and did not change", async (_, write) => {
    await write();
    const { taken, milliseconds } = await take();
    expect(taken).toBe(true);
    expect(milliseconds).toBeGreaterThanOrEqual(TIMES.watch);
  });

  it.each(unknown)("%s keeps it while it touches the file, whatever its clock says", async (_, write) => {
    await write();
    // An hour behind.
    const beat = setInterval(() => utimes(lockFile(), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600), TIMES.beat);
    try {
      expect(await take()).toMatchObject({ taken: false });
    } finally {
      clearInterval(beat);
    }
  });
});

/** Another process: takes the folder, says "taken" or "refused", and answers "check" with "own" or "lost". */
function contender(wrap: readonly string[] = [], prologue = ""): { say(word: string): void; next(): Promise<string> } {
  const source = `
    ${prologue}
    const { lockFolder } = await import(${JSON.stringify(module)});
    const lines = (await import("node:readline")).createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    console.log("ready");
    await lines.next();
    const lock = await lockFolder(${JSON.stringify(folder)}, ${JSON.stringify(TIMES)}).catch(({ message }) => message);
    console.log(lock.check ? "taken" : "refused");
    for await (const _ of lines) console.log(await lock.check().then(() => "own", () => "lost"));
  `;
  const [file = "", ...args] = [...wrap, process.execPath, "--input-type=module", "--eval", source];
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    say: (word) => void child.stdin.write(`${word}\n`),
    next: async () => (await lines.next()).value as string,
  };
}

describe("two that find the same dead owner", () => {
  it("one has the folder then, each time", async () => {
    for (let round = 0; round < Number(process.env.TAKEOVERS ?? 6); ++round) {
      await writeOwner({ start: "1" });
      const contenders = Array.from({ length: 6 }, () => contender());
      for (const { next } of contenders) expect(await next()).toBe("ready");
      for (const { say } of contenders) say("go");
      const outcomes = await Promise.all(contenders.map(({ next }) => next()));
      expect(outcomes.filter((outcome) => outcome === "taken")).toHaveLength(1);
      const winner = contenders[outcomes.indexOf("taken")];
      winner?.say("check");
      expect(await winner?.next()).toBe("own");
      for (const child of children) child.kill("SIGKILL");
      await rm(lockFile());
      expect(await readdir(folder)).toEqual([]);
    }
  }, 600_000);

  it("the one that is late by a whole takeover takes nothing away", async () => {
    await writeOwner({ start: "1" });
    // It has found the owner dead, and waits before it removes the file.
    const late = contender(
      [],
      `
      const fs = (await import("node:fs")).default;
      const { openSync } = fs;
      fs.openSync = (...args) => {
        console.log("found it dead");
        while (!fs.existsSync(${JSON.stringify(join(folder, "go"))})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
        return openSync(...args);
      };
      (await import("node:module")).syncBuiltinESMExports();
    `,
    );
    expect(await late.next()).toBe("ready");
    late.say("go");
    expect(await late.next()).toBe("found it dead");
    const fast = contender();
    expect(await fast.next()).toBe("ready");
    fast.say("go");
    expect(await fast.next()).toBe("taken");
    const owner = await readFile(lockFile(), "utf8");
    await writeFile(join(folder, "go"), "");
    expect(await late.next()).toBe("refused");
    fast.say("check");
    expect(await fast.next()).toBe("own");
    expect(await readFile(lockFile(), "utf8")).toBe(owner);
    expect((await readdir(folder)).sort()).toEqual([".simdgrad-lock", "go"]);
  }, 30_000);

  it("a guard that a killed one has left is in nobody's way for long", async () => {
    await writeOwner({ start: "1" });
    await writeFile(`${lockFile()}.guard`, "");
    expect(await take()).toMatchObject({ taken: true });
  });
});

/** Process numbers and a host's name of its own, as a container has them; only root may. */
const container = (name: string) => [
  ...["unshare", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"],
  ...["sh", "-c", `hostname ${name}; exec "$@"`, "sh"],
];
const hasContainers = spawnSync("unshare", [...container("probe").slice(1), "true"]).status === 0;

it.skipIf(!hasContainers)(
  "two containers with the same process number: the second waits for the first's death",
  async () => {
    const first = contender(container("one"));
    expect(await first.next()).toBe("ready");
    first.say("go");
    expect(await first.next()).toBe("taken");
    const { pid } = JSON.parse(await readFile(lockFile(), "utf8"));
    const second = contender(container("two"));
    expect(await second.next()).toBe("ready");
    second.say("go");
    expect(await second.next()).toBe("refused");
    children[0]?.kill("SIGKILL");
    const third = contender(container("three"));
    expect(await third.next()).toBe("ready");
    third.say("go");
    expect(await third.next()).toBe("taken");
    const owner = JSON.parse(await readFile(lockFile(), "utf8"));
    expect(owner).toMatchObject({ pid, name: "three" });
  },
  30_000,
);
