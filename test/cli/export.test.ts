import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as ort from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseNpz } from "../../src/formats/npz.js";
import { readOnnxMetadata } from "../../src/formats/onnx/onnx.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import { float32Values } from "../../src/formats/tensor.js";
import { createEngine, FormatError, loadModel, Preprocessor } from "../../src/index.js";
import { readCsv } from "../../src/tables/csv/csv.js";

ort.env.wasm.numThreads = 1;

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const dataset = (name: string) => new URL(`../../samples/${name}.csv`, import.meta.url).pathname;
const foreign = new URL("../recorded/torch.onnx", import.meta.url).pathname;

/** The command's output and exit code. */
async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "export-"));
  const settings = ["--epochs", "20", "--hidden", "16,8", "--dropout", "0.1", "--out", at("iris")];
  expect((await run("train", dataset("iris"), "--target", "target", ...settings)).code).toBe(0);
  for (const options of [["onnx"], ["npz"], ["safetensors"], ["safetensors", "--layout", "pytorch"]]) {
    const exported = await run("export", at("iris"), "--format", ...options);
    expect(exported).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("written: ") });
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const model = () => readFile(at("iris", "model.safetensors"));

describe("a model of a table, as ONNX", () => {
  it("lies beside the model with everything that the model knows", async () => {
    expect(await readdir(at("iris"))).toEqual(
      expect.arrayContaining(["model.onnx", "model.npz", "model.in-out.safetensors", "model.pytorch.safetensors"]),
    );
    const metadata = readOnnxMetadata(await readFile(at("iris", "model.onnx")));
    expect(metadata).toEqual(parseSafetensors(await model()).metadata);
    expect(Object.keys(metadata)).toEqual(
      expect.arrayContaining(["format", "layers", "task", "preprocessing", "reading", "training"]),
    );
  });

  it("is a model for predict, evaluate and info: the same bytes as from the run", async () => {
    // Neither the folder nor the ending is needed.
    await copyFile(at("iris", "model.onnx"), at("alone"));
    const predictions = await run("predict", at("iris"), dataset("iris"));
    expect(predictions.stdout.split("\n")).toHaveLength(152);
    expect(await run("predict", at("alone"), dataset("iris"))).toEqual(predictions);
    const [result, ofOnnx] = await Promise.all(
      [at("iris"), at("alone")].map(async (path) => {
        const { model: _, ...rest } = JSON.parse((await run("evaluate", path, dataset("iris"), "--json")).stdout);
        return rest;
      }),
    );
    expect(ofOnnx).toEqual(result);
    const info = JSON.parse((await run("info", at("alone"), "--json")).stdout);
    const own = JSON.parse((await run("info", at("iris"), "--json")).stdout);
    expect([own.format, info]).toEqual(["safetensors", { ...own, model: at("alone"), format: "onnx" }]);
  }, 60_000);

  it("runs in onnxruntime: probabilities of every row within 1e-5", async () => {
    const bytes = await readFile(at("iris", "model.onnx"));
    const preprocessor = Preprocessor.parse(readOnnxMetadata(bytes).preprocessing);
    const csv = await readFile(dataset("iris"));
    const table = await readCsv(
      async function* () {
        yield csv;
      },
      "iris.csv",
      preprocessor.readOptions(),
    );
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    expect(session.outputNames).toEqual(["logits", "probabilities"]);
    const results = await session.run({
      input: new ort.Tensor("float32", preprocessor.transform(table), [table.rows, preprocessor.inputs]),
    });
    const got = results.probabilities?.data as Float32Array;
    await session.release();
    const { predictions } = JSON.parse((await run("predict", at("iris"), dataset("iris"), "--json")).stdout);
    const expected: number[] = predictions.flatMap((row: { probabilities: number[] }) => row.probabilities);
    expect(got).toHaveLength(expected.length);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (got[i] as number))))).toBeLessThan(1e-5);
  }, 60_000);

  it("goes back to safetensors without a loss, and gives the same npz", async () => {
    const options = ["--format", "safetensors", "--out", at("back.safetensors"), "--json"];
    const { stdout } = await run("export", at("iris", "model.onnx"), ...options);
    expect(JSON.parse(stdout)).toMatchObject({ format: "safetensors", written: at("back.safetensors") });
    expect(await readFile(at("back.safetensors"))).toEqual(await model());
    expect(await readFile(at("iris", "model.in-out.safetensors"))).toEqual(await model());
    await run("export", at("iris", "model.onnx"), "--format", "npz", "--out", at("onnx.npz"));
    expect(await readFile(at("onnx.npz"))).toEqual(await readFile(at("iris", "model.npz")));
  });
});

describe("arrays alone", () => {
  it("PyTorch's layout has the names and shapes of a torch.nn.Sequential", async () => {
    const { tensors } = parseSafetensors(await readFile(at("iris", "model.pytorch.safetensors")));
    const shapes = Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]));
    // Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear
    expect(shapes).toEqual({
      "0.weight": ["F32", 16, 4],
      "0.bias": ["F32", 16],
      "3.weight": ["F32", 8, 16],
      "3.bias": ["F32", 8],
      "6.weight": ["F32", 3, 8],
      "6.bias": ["F32", 3],
    });
    const own = parseSafetensors(await model()).tensors.get("layers.3.weights");
    const [ours, theirs] = [own, tensors.get("3.weight")].map((tensor) => tensor && float32Values(tensor));
    for (const [row, column] of [
      [0, 0],
      [15, 7],
      [4, 2],
    ] as const) {
      expect(theirs?.[column * 16 + row]).toBe(ours?.[row * 8 + column]);
    }
  });

  it("npz has the network's arrays under their names", async () => {
    const arrays = parseNpz(await readFile(at("iris", "model.npz")));
    const engine = await createEngine({ threads: 1 });
    const state = loadModel(engine, await model()).stateDict();
    expect([...arrays.keys()]).toEqual(Object.keys(state));
    for (const [name, { dtype, shape, data }] of arrays) {
      expect({ dtype, shape, data }).toEqual({ dtype: "<f4", ...state[name] });
    }
    engine.dispose();
  });
});

it("values have no probabilities, and come from ONNX in their own unit", async () => {
  await run("train", dataset("diabetes"), "--epochs", "3", "--out", at("diabetes"));
  const { stdout } = await run("export", at("diabetes"), "--format", "onnx", "--out", at("diabetes.onnx"));
  expect(stdout).not.toContain("probabilities");
  const bytes = await readFile(at("diabetes.onnx"));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  expect(session.outputNames).toEqual(["logits"]);
  await session.release();
  const predictions = await run("predict", at("diabetes"), dataset("diabetes"));
  expect(predictions.stdout.split("\n")).toHaveLength(444);
  expect(await run("predict", at("diabetes.onnx"), dataset("diabetes"))).toEqual(predictions);
}, 60_000);

it("MNIST's models as ONNX name digits, too", async () => {
  await run("train", "mnist", "--epochs", "1", "--hidden", "16", "--out", at("mnist"));
  await run("export", at("mnist"), "--format", "onnx");
  const [own, onnx] = await Promise.all(
    [at("mnist"), at("mnist", "model.onnx")].map(async (path) =>
      JSON.parse((await run("evaluate", path, "--json")).stdout),
    ),
  );
  expect(onnx.testAccuracy).toBeGreaterThan(0.8);
  expect({ ...onnx, model: at("mnist") }).toEqual(own);
  const session = await ort.InferenceSession.create(await readFile(at("mnist", "model.onnx")));
  expect(session.outputNames).toEqual(["logits", "probabilities"]);
  await session.release();
}, 60_000);

describe("what is wrong is said, with the exit code of its kind", () => {
  it.each([
    [["--format", "npz", "--layout", "pytorch"], "'--layout': expected none for npz"],
    [["--format", "onnx", "--layout", "in-out"], "'--layout': expected none for onnx"],
    [["--format", "h5"], "Allowed choices are onnx, safetensors, npz"],
    [["--format", "safetensors", "--layout", "out-in"], "Allowed choices are in-out, pytorch"],
    [[], "required option '--format <format>'"],
  ])("usage: %j", async (options, message) => {
    const { code, stderr } = await run("export", at("iris"), ...options);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it("the model's own file is never written over", async () => {
    const before = await model();
    const out = at("iris", "..", "iris", "model.safetensors");
    expect(await run("export", at("iris"), "--format", "npz", "--out", out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("iris/model.safetensors, which the command reads, got "),
    });
    expect(await run("export", at("iris", "model.onnx"), "--format", "onnx")).toMatchObject({ code: 2 });
    expect(await model()).toEqual(before);
  });

  it("a network of another program is shown and exported, and takes tables of its columns only", async () => {
    const info = await run("info", foreign);
    expect(info).toMatchObject({ code: 0, stdout: expect.stringContaining("weights [5, 8]") });
    expect(info.stdout).toContain("(ONNX)");
    expect((await run("export", foreign, "--format", "npz", "--out", at("foreign.npz"))).code).toBe(0);
    expect(parseNpz(await readFile(at("foreign.npz"))).get("layers.0.weights")?.shape).toEqual([5, 8]);
    for (const [args, message] of [
      [["predict", foreign, dataset("iris"), "--target", "target"], "expected 5 columns of numbers"],
      [["evaluate", foreign, dataset("iris"), "--target", "target"], "3 outputs that its file does not call classes"],
      [["evaluate", foreign], "expected a model of images that simdgrad wrote"],
      [
        ["evaluate", at("iris"), dataset("iris"), "--target", "target"],
        "expected none for a model that names its target",
      ],
    ] as const) {
      const { code, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: expect.stringContaining(message) });
      expect(code).toBeGreaterThan(0);
    }
  });

  it("files that are no models, and folders that cannot be written to", async () => {
    await writeFile(at("torn.onnx"), (await readFile(at("iris", "model.onnx"))).subarray(0, 300));
    await writeFile(at("text.onnx"), "a,b\n1,2\n");
    for (const [args, message] of [
      [["predict", at("torn.onnx"), dataset("iris")], "torn.onnx: "],
      [["info", at("text.onnx")], "text.onnx: "],
      [["export", at("iris"), "--format", "npz", "--out", at("none", "model.npz")], "model.npz: cannot be written"],
    ] as const) {
      const { code, stderr } = await run(...args);
      expect({ args, code, stderr }).toEqual({ args, code: 1, stderr: expect.stringContaining(message) });
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
    expect(() => readOnnxMetadata(Buffer.from("a,b\n1,2\n"))).toThrow(FormatError);
  });
});
