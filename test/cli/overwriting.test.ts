import { execFile } from "node:child_process";
import { copyFile, link, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const iris = new URL("../datasets/iris.csv", import.meta.url).pathname;

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
  expect(stderr).toMatch(/'--out': expected another file than .*, which is read, got/);
  expect(await Promise.all(read.map((path) => readFile(path)))).toEqual(before);
});

it("another file is written, also beside the model", async () => {
  await writeFile(at("run", "p.csv"), "old");
  expect((await run("predict", at("run"), at("t.csv"), "--out", at("run", "p.csv"))).code).toBe(0);
  expect(await readdir(at("run"))).toContain("p.csv");
  expect(await readFile(at("run", "p.csv"), "utf8")).toMatch(/^prediction,/);
});
