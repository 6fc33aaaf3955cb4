import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { loadCheckpoint, saveCheckpoint } from "../../src/training/checkpoint.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const iris = new URL("../datasets/iris.csv", import.meta.url).pathname;
const training = ["train", iris, "--target", "target", "--hidden", "4", "--threads", "1"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "one-owner-"));
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stderr }),
    );
  });
}

it("a folder that is trained in is refused to others, until its owner has ended, killed or not", async () => {
  const out = join(folder, "owned");
  const child = spawn(process.execPath, [command, ...training, "--epochs", "1000000", "--out", out]);
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => /epoch +1 /.test(String(chunk)) && resolve());
  });
  const record = await readFile(join(out, "run.json"));
  for (const where of [
    ["--out", out],
    ["--resume", out],
  ]) {
    const { code, stderr } = await run(...training, "--epochs", "1", ...where);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${out}: expected a folder that no other training writes to, got one of process ${child.pid}`,
    );
    expect(stderr).not.toContain("never started");
  }
  expect(await readFile(join(out, "run.json"))).toEqual(record);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await run(...training, "--epochs", "1", "--out", out)).code).toBe(0);
  expect((await readdir(out)).filter((name) => name.startsWith("."))).toEqual([]);
}, 60_000);

it("files of another run in a folder are refused by resume, predict and evaluate", async () => {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  for (const [out, seed] of [
    [a, "1"],
    [b, "2"],
  ] as const) {
    expect((await run(...training, "--epochs", "1", "--seed", seed, "--out", out)).code).toBe(0);
  }
  expect((await run(...training, "--epochs", "2", "--resume", a)).code).toBe(0);
  await copyFile(join(b, "model.safetensors"), join(a, "model.safetensors"));
  for (const verb of ["predict", "evaluate"]) {
    expect((await run(verb, a, iris)).stderr).toContain(
      "model.safetensors: expected the model of the run that run.json",
    );
  }
  await copyFile(join(b, "checkpoint.safetensors"), join(a, "checkpoint.safetensors"));
  const resumed = await run(...training, "--epochs", "3", "--resume", a);
  expect(resumed.stderr).toContain("checkpoint.safetensors: expected a checkpoint of the run that run.json");
}, 60_000);

it("files of versions before, which do not say of which run they are, are opened", async () => {
  const out = join(folder, "before");
  expect((await run(...training, "--epochs", "1", "--out", out)).code).toBe(0);
  const [model, checkpoint] = ["model.safetensors", "checkpoint.safetensors"].map((name) => join(out, name)) as [
    string,
    string,
  ];
  const { metadata, tensors } = parseSafetensors(await readFile(model), model);
  const { run: identity, ...rest } = metadata;
  expect(identity).toMatch(/^[0-9a-f]{16}$/);
  await writeFile(model, serializeSafetensors(tensors, rest));
  const contents = loadCheckpoint(await readFile(checkpoint), checkpoint);
  expect(contents.metadata?.run).toContain("simdgrad-run");
  await writeFile(checkpoint, saveCheckpoint({ checkpoint: () => contents }));
  expect(loadCheckpoint(await readFile(checkpoint), checkpoint).metadata?.run).toBeUndefined();
  for (const verb of ["predict", "evaluate"]) expect((await run(verb, out, iris)).code).toBe(0);
  expect((await run(...training, "--epochs", "2", "--resume", out)).code).toBe(0);
}, 60_000);
