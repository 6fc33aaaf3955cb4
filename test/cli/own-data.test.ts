import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const dataset = (name: string) => new URL(`../datasets/${name}.csv`, import.meta.url).pathname;

/** The command's output and exit code. */
async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

describe("the command on a CSV file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "own-data-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("learns classes, and predicts and evaluates with nothing but the model file", async () => {
    const out = join(folder, "wine");
    const trained = await run(
      "train",
      dataset("wine"),
      "--target",
      "target",
      "--out",
      out,
      "--json",
      "--early-stopping",
      "10",
    );
    expect(trained.code).toBe(0);
    const summary = JSON.parse(trained.stdout);
    expect(summary).toMatchObject({ task: "classification", classes: ["class_0", "class_1", "class_2"] });
    expect(summary.test.accuracy).toBeGreaterThan(0.9);
    const predictions = join(folder, "predictions.csv");
    expect((await run("predict", summary.model, dataset("wine"), "--out", predictions)).code).toBe(0);
    const lines = (await readFile(predictions, "utf8")).trim().split("\n");
    expect(lines[0]).toBe("prediction,probability_class_0,probability_class_1,probability_class_2");
    expect(lines).toHaveLength(179);
    const actual = (await readFile(dataset("wine"), "utf8")).trim().split("\n").slice(1);
    const hits = actual.filter((row, index) => row.split(",").at(-1) === lines[index + 1]?.split(",")[0]).length;
    const evaluated = JSON.parse((await run("evaluate", summary.model, dataset("wine"), "--json")).stdout);
    expect(evaluated.accuracy).toBeCloseTo(hits / 178, 12);
    expect(evaluated.accuracy).toBeGreaterThan(0.95);
  }, 60_000);

  it("learns values", async () => {
    const out = join(folder, "diabetes");
    const trained = await run(
      "train",
      dataset("diabetes"),
      "--target",
      "target",
      "--out",
      out,
      "--json",
      "--epochs",
      "30",
    );
    const summary = JSON.parse(trained.stdout);
    expect(summary.task).toBe("regression");
    expect(summary.test.r2).toBeGreaterThan(0.25);
    const { stdout } = await run("predict", summary.model, dataset("diabetes"));
    const values = stdout.trim().split("\n").slice(1).map(Number);
    expect(values).toHaveLength(442);
    expect(Math.max(...values)).toBeGreaterThan(150);
  }, 60_000);

  it("says what is wrong, with the exit code of its kind", async () => {
    const ragged = join(folder, "ragged.csv");
    await writeFile(ragged, "a,b\n1,2\n3\n");
    expect(await run("train", dataset("wine"))).toMatchObject({ code: 2 });
    expect(await run("train", "mnist", "--target", "x")).toMatchObject({ code: 2 });
    expect(await run("train", dataset("wine"), "--target", "target", "--init", "he-normal")).toMatchObject({ code: 2 });
    const failed = await run("train", ragged, "--target", "b");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("row 2: expected 2 fields, got 1");
    expect((await run("train", join(folder, "none.csv"), "--target", "b")).stderr).toContain("cannot be read");
  }, 60_000);
});
