import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const iris = new URL("../../samples/iris.csv", import.meta.url).pathname;

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stderr }),
    );
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "overwriting-"));
  await copyFile(iris, at("t.csv"));
  await symlink(at("t.csv"), at("link.csv"));
  await link(at("t.csv"), at("second.csv"));
  expect((await run("train", at("t.csv"), "--target", "target", "--epochs", "1", "--out", at("run"))).code).toBe(0);
  await symlink(at("run"), at("other-run"));
  await symlink(at("run", "model.safetensors"), at("model-link"));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ["predict", "run", "t.csv", "t.csv"],
  ["predict", "run", "t.csv", "link.csv"],
  ["predict", "run", "link.csv", "second.csv"],
  ["predict", "run", "t.csv", "run/model.safetensors"],
  ["predict", "other-run", "t.csv", "run/./model.safetensors"],
  ["predict", "run", "t.csv", "run/checkpoint.safetensors"],
  ["export", "run", "", "model-link"],
  ["export", "model-link", "", "run/model.safetensors"],
  ["export", "run", "", "other-run/run.json"],
])("%s %s %s --out %s, which is read, is refused", async (verb, model, table, out) => {
  const read = [
    at("t.csv"),
    at("run", "model.safetensors"),
    at("run", "run.json"),
    at("run", "checkpoint.safetensors"),
  ];
  const before = await Promise.all(read.map((path) => readFile(path)));
  const rest = verb === "export" ? ["--format", "onnx"] : [at(table)];
  const { code, stderr } = await run(verb, at(model), ...rest, "--out", `${folder}/${out}`);
  expect(code).toBe(2);
  expect(stderr).toMatch(/'--out': expected another file than .*, which the command reads, got/);
  expect(await Promise.all(read.map((path) => readFile(path)))).toEqual(before);
});

it("another file is written, also beside the model", async () => {
  await writeFile(at("run", "p.csv"), "old");
  expect((await run("predict", at("run"), at("t.csv"), "--out", at("run", "p.csv"))).code).toBe(0);
  expect(await readdir(at("run"))).toContain("p.csv");
  expect(await readFile(at("run", "p.csv"), "utf8")).toMatch(/^prediction,/);
});

const RUN_FILES = [
  ...["model.safetensors", "checkpoint.safetensors", "run.json", "history.json", "report.html"],
  ...["accuracy.svg", "r2.svg", "predicted.svg", "loss.svg"],
];

it.each(RUN_FILES.map((name, index) => [name, index % 2 ? link : symlink] as const))(
  "train --out RUN where %s leads to the table is refused before anything is written",
  async (name, connect) => {
    const table = await readFile(at("t.csv"));
    const out = at(`linked-${name}`);
    await mkdir(out);
    await connect(at("t.csv"), join(out, name));
    const { code, stderr } = await run("train", at("t.csv"), "--target", "target", "--epochs", "1", "--out", out);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `'--out': expected another file than ${at("t.csv")}, which the command reads, got ${out}/${name}`,
    );
    expect(await readFile(at("t.csv"))).toEqual(table);
    expect(await readdir(out)).toEqual([name]);
  },
);

it("train --resume: of a run in its own folder, not where its table is, nor over the checkpoint that it begins with", async () => {
  const train = (...more: string[]) => run("train", at("t.csv"), "--target", "target", ...more);
  expect((await train("--epochs", "1", "--out", at("own"))).code).toBe(0);
  expect((await train("--epochs", "2", "--resume", at("own"))).code).toBe(0);
  expect((await train("--epochs", "2", "--resume", at("own"), "--out", at("own"))).code).toBe(0);
  const checkpoint = await readFile(at("own", "checkpoint.safetensors"));
  const over = await train("--epochs", "3", "--resume", at("own", "checkpoint.safetensors"), "--out", at("own"));
  expect([over.code, over.stderr]).toEqual([
    2,
    expect.stringContaining("checkpoint.safetensors, which the command reads"),
  ]);
  expect(await readFile(at("own", "checkpoint.safetensors"))).toEqual(checkpoint);
  const model = await readFile(at("own", "model.safetensors"));
  await rm(at("own", "history.json"));
  await symlink(at("t.csv"), at("own", "history.json"));
  expect((await train("--epochs", "3", "--resume", at("own"))).code).toBe(2);
  expect([await readFile(at("own", "model.safetensors")), await readFile(at("own", "checkpoint.safetensors"))]).toEqual(
    [model, checkpoint],
  );
}, 60_000);

it("a link that leads to the table only while it trains is refused by the writer", async () => {
  const table = await readFile(at("t.csv"));
  const args = ["train", at("t.csv"), "--target", "target", "--epochs", "100000000", "--early-stopping", "none"];
  const child = spawn(process.execPath, [command, ...args, "--checkpoint-every", "1000", "--out", at("later")]);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => /epoch +1 /.test(String(chunk)) && resolve());
  });
  await symlink(at("t.csv"), at("later", "model.safetensors"));
  child.kill("SIGINT");
  expect((await once(child, "close"))[0]).toBe(2);
  expect(stderr).toContain("which the command reads, got");
  expect(await readFile(at("t.csv"))).toEqual(table);
}, 30_000);
