/** `predict`, `evaluate`, `info` and `export` of ONNX files that other programs wrote. */

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import {
  floats,
  type GivenGraph,
  INT64,
  node,
  onnxFile,
  type RecordedModel,
  sklearnGraph,
  sklearnModels,
  value,
} from "../formats/onnx/onnx-graphs.js";

const folder = mkdtempSync(join(tmpdir(), "simdgrad-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};
const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
/** The command's output and exit code. */
async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}
const last = (text: string) => JSON.parse(text.trim().split("\n").at(-1) as string);
const recorded = (name: string) => new URL(`../recorded/${name}`, import.meta.url).pathname;

const model = (title: string) => sklearnModels[title] as RecordedModel;
const iris = model("three named classes, relu");
const cancer = model("two named classes, logistic, scaled");
const diabetes = model("a value, relu, scaled");

/** A CSV of a model's inputs, and its predictions as the column `target`. */
function csvOf({ columns, input, predictions }: RecordedModel, names?: readonly string[]): string {
  const head = names ?? Array.from({ length: columns }, (_, i) => `c${i}`);
  const rows = predictions.map((target, row) => [...input.slice(row * columns, (row + 1) * columns), target]);
  return [[...head, "target"], ...rows].map((row) => row.join(",")).join("\n");
}

const files = {
  iris: write("iris.onnx", onnxFile(sklearnGraph(iris))),
  cancer: write("cancer.onnx", onnxFile(sklearnGraph(cancer))),
  diabetes: write("diabetes.onnx", onnxFile(sklearnGraph(diabetes))),
  named: write("named.onnx", onnxFile(sklearnGraph(iris, { columns: ["sepal", "b", "c", "d"] }))),
};
const tables = {
  iris: write("iris.csv", csvOf(iris)),
  cancer: write("cancer.csv", csvOf(cancer)),
  diabetes: write("diabetes.csv", csvOf(diabetes)),
};
const W = [1, -2, 3, 4, -5, 6];
const small = (nodes: GivenGraph["nodes"], outputs: GivenGraph["outputs"], type = 1) =>
  onnxFile({ nodes, outputs, tensors: [floats("W", [3, 2], W)], inputs: [value("x", type, ["rows", 3])] });

describe("predict", () => {
  it.each([
    ["three classes", files.iris, tables.iris, iris],
    ["two classes", files.cancer, tables.cancer, cancer],
  ])(
    "%s: scikit-learn's names, and its probabilities within 1e-5",
    async (_, file, table, { columns, classes, ...its }) => {
      const { code, stdout, stderr } = await run("predict", file, table, "--target", "target", "--json");
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringContaining(`takes the columns of ${table} in order and unscaled: c0, c1, c2, c3`),
      });
      const { rows, predictions, ...rest } = last(stdout);
      expect(rest).toEqual({ classes });
      expect(rows).toBe(its.input.length / columns);
      type Row = { prediction: string; probabilities: number[] };
      expect(predictions.map(({ prediction }: Row) => prediction)).toEqual(its.predictions);
      const shares: number[] = predictions.flatMap(({ probabilities }: Row) => probabilities);
      expect(shares).toHaveLength(its.probabilities?.length as number);
      for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(its.probabilities?.[i] as number, 5);
    },
  );

  it("values, as CSV to a file", async () => {
    const { code, stdout } = await run(
      "predict",
      files.diabetes,
      tables.diabetes,
      "--target",
      "target",
      "--out",
      at("out.csv"),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const [head, ...rows] = readFileSync(at("out.csv"), "utf8").trim().split("\n");
    expect(head).toBe("prediction");
    expect(rows).toHaveLength(diabetes.predictions.length);
    for (const [i, row] of rows.entries()) expect(Number(row) / (diabetes.predictions[i] as number)).toBeCloseTo(1, 5);
  });

  it("columns by their names, wherever they stand, without others", async () => {
    const { columns, input } = iris;
    const rows = iris.predictions.map((_, row) => {
      const [sepal, b, c, d] = input.slice(row * columns, (row + 1) * columns);
      return [d, "text", sepal, c, b].join(",");
    });
    const table = write("named.csv", ["d,note,sepal,c,b", ...rows].join("\n"));
    const { code, stdout, stderr } = await run("predict", files.named, table, "--json");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("by name and unscaled: sepal, b, c, d; not used: note"),
    });
    expect(last(stdout).predictions.map(({ prediction }: { prediction: string }) => prediction)).toEqual(
      iris.predictions,
    );
  });

  it("outputs that the file gives no meaning are values; classes without names are numbers; ArgMax has no shares", async () => {
    const product = node("MatMul", ["x", "W"], "m");
    const outputs = [value("y")];
    const table = write("small.csv", "a,b,c\n1,2,3\n-1,0.5,4\n");
    const heads = {
      values: small([product, node("Identity", ["m"], "y")], outputs),
      softmax: small([product, node("Softmax", ["m"], "y")], outputs),
      argmax: small([product, node("ArgMax", ["m"], "y", { axis: 1 })], [value("y", INT64)]),
    };
    const results: Record<string, string[]> = {};
    for (const [name, bytes] of Object.entries(heads)) {
      const { stdout, code } = await run("predict", write(`${name}.onnx`, bytes), table);
      expect(code).toBe(0);
      results[name] = stdout.trim().split("\n");
    }
    expect(results.values).toEqual(["prediction_0,prediction_1", "-8,24", "-19.5,28"]);
    expect(results.argmax).toEqual(["prediction", "1", "1"]);
    expect(results.softmax?.[0]).toBe("prediction,probability_0,probability_1");
    expect(results.softmax?.slice(1).map((row) => row.split(",")[0])).toEqual(["1", "1"]);
    const { stdout } = await run("predict", at("values.onnx"), table, "--json");
    expect(last(stdout)).toEqual({ rows: 2, predictions: [{ prediction: [-8, 24] }, { prediction: [-19.5, 28] }] });
  });

  it.each([
    [
      "a column too many",
      "a,b,c,d\n1,2,3,4\n",
      [],
      "expected 3 columns of numbers, got 4: a, b, c, d; --target leaves one out",
    ],
    ["a column too few", "a,b\n1,2\n", [], "expected 3 columns of numbers, got 2: a, b"],
    ["a column too few beside the target", "a,b,c\n1,2,3\n", ["--target", "c"], 'of numbers besides "c", got 2: a, b'],
    ["names", "a,b,c\n1,red,3\n", [], 'column "b": expected numbers, got names such as "red"'],
    [
      "a missing value",
      "a,b,c\n1,2,3\n1,,3\n",
      [],
      'line 3: column "b": expected numbers within float32, got a missing value',
    ],
    [
      "more than float32 holds",
      "a,b,c\n1,2,1e300\n",
      [],
      'line 2: column "c": expected numbers within float32, got 1e+300',
    ],
  ])("refuses %s", async (_, text, options, message) => {
    const file = write("refused.onnx", small([node("MatMul", ["x", "W"], "y")], [value("y")]));
    const { code, stderr, stdout } = await run("predict", file, write("refused.csv", text), ...options);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: expect.stringContaining(message) });
    expect(stderr).toContain("refused.csv: ");
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("whole numbers where the file wants them", async () => {
    const nodes = [node("Cast", ["x"], "f", { to: 1 }), node("MatMul", ["f", "W"], "y")];
    const file = write("whole.onnx", small(nodes, [value("y")], INT64));
    const good = await run("predict", file, write("whole.csv", "a,b,c\n1,2,3\n"));
    expect(good.stdout).toBe("prediction_0,prediction_1\n-8,24\n");
    const { code, stderr } = await run("predict", file, write("parts.csv", "a,b,c\n1,2,3.5\n"));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("expected whole numbers, got 3.5") });
  });
});

describe("evaluate", () => {
  it("classes: the accuracy and the confusion of the file's own names", async () => {
    const { code, stdout } = await run("evaluate", files.iris, tables.iris, "--target", "target", "--json");
    expect(code).toBe(0);
    expect(last(stdout)).toMatchObject({
      task: "classification",
      target: "target",
      rows: iris.predictions.length,
      classes: ["setosa", "versicolor", "virginica"],
      accuracy: 1,
    });
    const text = await run("evaluate", files.iris, tables.iris, "--target", "target");
    expect(text.stdout).toContain("accuracy 1.0000");
    expect(text.stdout).toContain("versicolor");
  });

  it("values: R² and errors in their unit", async () => {
    const { stdout } = await run("evaluate", files.diabetes, tables.diabetes, "--target", "target", "--json");
    const { task, r2, rmse } = last(stdout);
    expect(task).toBe("regression");
    expect(r2).toBeGreaterThan(0.999999);
    expect(rmse).toBeLessThan(0.01);
  });

  it.each([
    ["no target", [], 2, "'--target': expected the column with the true values"],
    ["a target that is not there", ["--target", "species"], 2, 'expected a column "species", got c0, c1'],
    ["columns that are not the model's", ["--target", "c0"], 1, 'column "target": expected numbers, got names'],
  ])("refuses %s", async (_, options, code, message) => {
    const result = await run("evaluate", files.iris, tables.iris, ...options);
    expect(result).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  it("refuses classes that the model does not have, and values that are not called classes", async () => {
    const other = write(
      "other.csv",
      csvOf({ ...iris, predictions: iris.predictions.map((p) => (p === "setosa" ? "rose" : p)) }),
    );
    const { code, stderr } = await run("evaluate", files.iris, other, "--target", "target");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(
        'line 3: column "target": expected one of the classes setosa, versicolor, virginica, got "rose"',
      ),
    });
    const file = write("raw.onnx", small([node("MatMul", ["x", "W"], "y")], [value("y")]));
    const raw = await run("evaluate", file, write("raw.csv", "a,b,c,t\n1,2,3,0\n"), "--target", "t");
    expect(raw).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("2 outputs that its file does not call classes"),
    });
  });
});

describe("info and export", () => {
  it("say what the file knows of inputs and outputs", async () => {
    const text = (await run("info", files.named)).stdout;
    expect(text).toContain("a model of another program");
    expect(text).toContain("columns: sepal, b, c, d");
    expect(text).toContain("output: probabilities of 3 classes: setosa, versicolor, virginica");
    const { inputs, columns, output } = last((await run("info", files.cancer, "--json")).stdout);
    expect(inputs).toEqual([{ name: "X", columns: 30, integers: false }]);
    expect(columns).toBe(30);
    expect(output).toEqual({ activation: "softmax", classes: ["benign", "malignant"], pair: true });
    expect((await run("info", recorded("torch.onnx"))).stdout).toContain("input: input [rows, 5]");
  });

  it("export says that classes' names are not written, and keeps the softmax", async () => {
    const { code, stderr, stdout } = await run("export", files.iris, "--format", "onnx", "--out", at("again.onnx"));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("the export does not keep the class names"),
    });
    expect(stdout).toContain("to logits and probabilities");
  });
});
