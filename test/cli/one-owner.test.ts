import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { loadCheckpoint, saveCheckpoint } from "../../src/training/checkpoint/checkpoint.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const iris = new URL("../../samples/iris.csv", import.meta.url).pathname;
const training = ["train", iris, "--target", "target", "--hidden", "4", "--threads", "1", "--early-stopping", "none"];

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

it("a folder with a run in it stays that run's until the next one has a checkpoint, killed or not", async () => {
  const out = join(folder, "reused");
  expect((await run(...training, "--epochs", "1", "--seed", "1", "--out", out)).code).toBe(0);
  const contents = async () =>
    Promise.all((await readdir(out)).sort().map(async (name) => [name, await readFile(join(out, name))]));
  const before = await contents();
  const args = [...training, "--seed", "2", "--out", out, "--checkpoint-every", "1000"];
  const child = spawn(process.execPath, [command, ...args, "--epochs", "1000000"]);
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => /epoch +2 /.test(String(chunk)) && resolve());
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  await rm(join(out, ".simdgrad-lock"));
  expect(await contents()).toEqual(before);
  expect((await run(...training, "--epochs", "2", "--resume", out)).code).toBe(0);
  // Nothing to train is no reason to leave the other run's checkpoint beside this one's record.
  expect((await run(...args, "--epochs", "0")).code).toBe(0);
  const [record, checkpoint] = ["run.json", "checkpoint.safetensors"].map((name) => join(out, name)) as [
    string,
    string,
  ];
  expect(JSON.parse(await readFile(record, "utf8")).settings.seed).toBe(2);
  expect(loadCheckpoint(await readFile(checkpoint), checkpoint).metadata?.run).toContain('"seed":2');
  expect((await run(...training, "--epochs", "1", "--resume", out)).code).toBe(0);
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
    expect((await run(verb, a, iris)).stderr).toContain("model.safetensors: expected the model of the run in run.json");
  }
  await copyFile(join(b, "checkpoint.safetensors"), join(a, "checkpoint.safetensors"));
  const resumed = await run(...training, "--epochs", "3", "--resume", a);
  expect(resumed.stderr).toContain("checkpoint.safetensors: expected a checkpoint of the run in run.json");
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
