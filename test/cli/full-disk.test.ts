import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRecord } from "../../src/app/run-record.js";
import { loadCheckpoint } from "../../src/index.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const preload = new URL("failing-disk.mjs", import.meta.url).href;
const iris = new URL("../../samples/iris.csv", import.meta.url).pathname;

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(file: string, args: readonly string[], failAt = 0): Promise<Outcome> {
  const env = { ...process.env, AT: String(failAt) };
  return new Promise((resolve) => {
    execFile(file, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const run = (...args: string[]) => execute(process.execPath, [command, ...args]);
/** The command with its n-th operation failing. */
const failing = (failAt: number, args: readonly string[]) =>
  execute(process.execPath, ["--import", preload, command, ...args], failAt);
const train = (out: string, seed: string) => [
  "train",
  iris,
  "--target",
  "target",
  "--epochs",
  "1",
  "--hidden",
  "4",
  "--threads",
  "1",
  "--seed",
  seed,
  "--out",
  out,
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "full-disk-"));
  expect((await run(...train(at("old"), "1"))).code).toBe(0);
  expect((await run(...train(at("new"), "2"))).code).toBe(0);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const WRITTEN = [
  "checkpoint.safetensors",
  "run.json",
  "model.safetensors",
  "history.json",
  "accuracy.svg",
  "loss.svg",
  "report.html",
];

/** Whether a file is that of the new run, and whole; or it is the old one's to the byte. */
async function isNew(name: string): Promise<boolean> {
  const bytes = await readFile(at("run", name));
  if (bytes.equals(await readFile(at("old", name)))) return false;
  const text = bytes.toString();
  if (name === "checkpoint.safetensors") expect(findRecord(loadCheckpoint(bytes), name)?.settings.seed).toBe(2);
  else if (name === "history.json") expect(JSON.parse(text).settings.seed).toBe(2);
  else if (name.endsWith(".svg")) expect(text).toMatch(/<\/svg>\s*$/);
  else if (name === "report.html") expect(text).toMatch(/<\/html>\s*$/);
  // No times in them.
  else expect(bytes).toEqual(await readFile(at("new", name)));
  return true;
}

describe("each write, sync and rename of a command, failing in turn", () => {
  it("train: every file of the folder is whole, the old or the new; the error names the file", async () => {
    await cp(at("old"), at("run"), { recursive: true });
    const count = Number(/operations (\d+)/.exec((await failing(0, train(at("run"), "2"))).stderr)?.[1]);
    // Three of the lock; seven files: open, write, mode, sync, close, rename, and open, sync and close of the folder.
    expect(count).toBe(3 + 7 * 9);
    const names = (await readdir(at("old"))).sort();
    // Nine of a file: another one of each.
    for (let n = 1; n <= count; n += process.env.FULL_DISK ? 1 : 5) {
      await rm(at("run"), { recursive: true });
      await cp(at("old"), at("run"), { recursive: true });
      const { code, stderr } = await failing(n, train(at("run"), "2"));
      expect([n, code]).toEqual([n, 1]);
      expect(stderr).toMatch(/^simdgrad: \S+\/run\/\S+: cannot be \w+ \(ENOSPC/m);
      expect(stderr).not.toContain("never started");
      expect((await readdir(at("run"))).sort()).toEqual(names);
      const replaced: string[] = [];
      for (const name of WRITTEN) if (await isNew(name)) replaced.push(name);
      // In this order, each after the one before: with the old checkpoint all of the old run is there.
      expect([n, replaced]).toEqual([n, WRITTEN.slice(0, replaced.length)]);
    }
  }, 240_000);

  it.each([
    ["out.onnx", ["export", "old", "--format", "onnx"]],
    ["out.npz", ["export", "old", "--format", "npz"]],
    ["out.safetensors", ["export", "old", "--format", "safetensors"]],
    ["out.csv", ["predict", "old", iris]],
  ])(
    "%s",
    async (name, [verb = "", of = "", ...rest]) => {
      const args = [verb, at(of), ...rest, "--out", at(name)];
      expect((await run(...args)).code).toBe(0);
      const whole = await readFile(at(name));
      for (let n = 1; n <= 9; ++n) {
        await writeFile(at(name), "old");
        const { code, stderr } = await failing(n, args);
        expect([n, code]).toEqual([n, 1]);
        expect(stderr).toContain(`simdgrad: ${at(name)}: cannot be written (ENOSPC`);
        // Only the folder's open, sync and close come after the rename.
        expect(await readFile(at(name))).toEqual(n < 7 ? Buffer.from("old") : whole);
      }
      expect((await readdir(folder)).filter((other) => other.includes(".tmp"))).toEqual([]);
    },
    60_000,
  );

  it("a limit of the system (EFBIG) names the file, too, and leaves the old one", async () => {
    await writeFile(at("big.csv"), "old");
    const script = `ulimit -f 1; exec "${process.execPath}" "${command}" predict "${at("old")}" "${iris}" --out "${at("big.csv")}"`;
    const { code, stderr } = await execute("bash", ["-c", script]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${at("big.csv")}: cannot be written (EFBIG`);
    expect(await readFile(at("big.csv"), "utf8")).toBe("old");
    expect((await readdir(folder)).filter((name) => name.includes(".tmp"))).toEqual([]);
  });
});

describe("what cannot be shown ends no run", () => {
  it.each([
    ["2> /dev/full", 1],
    ["2>&-", 0],
    ["> /dev/full", 1],
    [">&-", 0],
    ["> /dev/full 2> /dev/full", 1],
  ])(
    "--json %s",
    async (redirection, expected) => {
      await rm(at("shown"), { recursive: true, force: true });
      const words = [process.execPath, command, ...train(at("shown"), "2"), "--json"].map((word) => `'${word}'`);
      const { code } = await execute("bash", ["-c", `${words.join(" ")} ${redirection}`]);
      expect(code).toBe(expected);
      expect((await readdir(at("shown"))).sort()).toEqual((await readdir(at("new"))).sort());
      expect(await readFile(at("shown", "model.safetensors"))).toEqual(await readFile(at("new", "model.safetensors")));
    },
    30_000,
  );
});
