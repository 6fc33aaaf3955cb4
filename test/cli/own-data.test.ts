import { execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { cp, lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSafetensors } from "../../src/formats/safetensors.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const dataset = (name: string) => new URL(`../../samples/${name}.csv`, import.meta.url).pathname;

/** The command's output and exit code. */
async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

const hash = async (folder: string) =>
  createHash("sha256")
    .update(await readFile(join(folder, "model.safetensors")))
    .digest("hex");

let folder: string;
let wine: { stdout: string; stderr: string; code: number };
const at = (...names: string[]) => join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-data-"));
  wine = await run(
    ...["train", dataset("wine"), "--target", "target", "--out", at("wine"), "--json", "--early-stopping", "10"],
    ...["--class-weights", "balanced", "--scaling", "minmax"],
  );
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("decimal commas", () => {
  it("are found and said, and give the model that points give; `--decimal` overrules", async () => {
    const text = await readFile(dataset("iris"), "utf8");
    await writeFile(at("commas.csv"), text.replaceAll(",", ";").replaceAll(".", ","));
    const options = ["--target", "target", "--epochs", "3", "--hidden", "8"];
    const points = await run("train", dataset("iris"), ...options, "--out", at("points"));
    const commas = await run("train", at("commas.csv"), ...options, "--out", at("commas"));
    expect([points.code, commas.code]).toEqual([0, 0]);
    expect(commas.stdout).toMatch(/\nsepal_length_\(cm\) +1 {2}numbers, .*, decimal commas\n/);
    expect(points.stdout).not.toContain("decimal commas");
    // The files name their runs, whose data differ.
    const model = async (name: string) => {
      const { metadata, tensors } = parseSafetensors(await readFile(at(name, "model.safetensors")));
      const { run, ...rest } = metadata;
      expect(run).toMatch(/^[0-9a-f]{16}$/);
      return { run, rest, tensors };
    };
    const [a, b] = [await model("commas"), await model("points")];
    expect([a.rest, a.tensors]).toEqual([b.rest, b.tensors]);
    expect(a.run).not.toBe(b.run);
    expect((await run("predict", at("points"), at("commas.csv"), "--out", at("c.csv"))).code).toBe(0);
    expect((await run("predict", at("points"), dataset("iris"), "--out", at("d.csv"))).code).toBe(0);
    expect(await readFile(at("c.csv"), "utf8")).toBe(await readFile(at("d.csv"), "utf8"));

    const names = await run("train", at("commas.csv"), ...options, "--decimal", ".", "--out", at("names"));
    expect(names.stdout).toMatch(/\nsepal_length_\(cm\) +\d+ {2}names: /);
    expect((await run("train", "mnist", "--decimal", ",")).code).toBe(2);
  }, 60_000);
});

describe("classes that a spreadsheet would run", () => {
  it("are written with an apostrophe before them, numbers and the rest as they are; `--formulas keep` keeps all", async () => {
    const classes = ["=1+1", "+cmd", "-x", "@sum", "-1", "+2.5e3", "plain"];
    const rows = classes.flatMap((name, i) => Array(12).fill(`c${i},${name}`));
    await writeFile(at("formulas.csv"), `x,y\n${rows.join("\n")}\n`);
    const options = ["--target", "y", "--task", "classification", "--epochs", "60"];
    expect((await run("train", at("formulas.csv"), ...options, "--out", at("formulas"))).code).toBe(0);
    const predicted = async (...more: string[]) => {
      const { stdout } = await run("predict", at("formulas"), at("formulas.csv"), ...more);
      return [
        ...new Set(
          stdout
            .replaceAll('"', "")
            .trim()
            .split("\n")
            .slice(1)
            .map((line) => line.split(",")[0]),
        ),
      ].sort();
    };
    expect(await predicted()).toEqual(["'+cmd", "'-x", "'=1+1", "'@sum", "+2.5e3", "-1", "plain"]);
    expect(await predicted("--formulas", "keep")).toEqual([...classes].sort());
  }, 60_000);
});

describe("classes of a CSV file", () => {
  it("are learned, tested and written", async () => {
    expect(wine.code).toBe(0);
    expect(wine.stdout.trim().split("\n")).toHaveLength(1);
    const summary = JSON.parse(wine.stdout);
    expect(summary).toMatchObject({ task: "classification", classes: ["class_0", "class_1", "class_2"] });
    expect(summary.settings).toMatchObject({ scaling: "minmax", classWeights: "balanced", earlyStopping: 10 });
    expect(summary.test.accuracy).toBeGreaterThan(0.9);
    expect((await readdir(at("wine"))).sort()).toEqual([
      "accuracy.svg",
      "checkpoint.safetensors",
      "history.json",
      "loss.svg",
      "model.safetensors",
      "report.html",
      "run.json",
    ]);
    const report = await readFile(at("wine", "report.html"), "utf8");
    expect(report).toContain('<th scope="col">class_2</th>');
    expect(report).toContain('<th scope="col">Precision</th>');
  });

  it("are predicted with nothing but the model file, in the order of the rows", async () => {
    await cp(at("wine", "model.safetensors"), at("alone.safetensors"));
    expect((await run("predict", at("alone.safetensors"), dataset("wine"), "--out", at("p.csv"))).code).toBe(0);
    const lines = (await readFile(at("p.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("prediction,probability_class_0,probability_class_1,probability_class_2");
    expect(lines).toHaveLength(179);
    const actual = (await readFile(dataset("wine"), "utf8")).trim().split("\n").slice(1);
    const hits = actual.filter((row, index) => row.split(",").at(-1) === lines[index + 1]?.split(",")[0]).length;
    const evaluated = JSON.parse((await run("evaluate", at("wine"), dataset("wine"), "--json")).stdout);
    expect(evaluated.accuracy).toBeCloseTo(hits / 178, 12);
    expect(evaluated.accuracy).toBeGreaterThan(0.95);
  }, 60_000);

  it("are predicted without the target, with other columns beside and in another order", async () => {
    const [head = "", ...rows] = (await readFile(dataset("wine"), "utf8")).trim().split("\n");
    const turned = [head, ...rows.slice(0, 5)].map((line) =>
      [...line.split(",").slice(0, -1).reverse(), "extra"].join(","),
    );
    await writeFile(at("turned.csv"), `${turned.join("\n")}\n`);
    const { stdout } = await run("predict", at("wine"), at("turned.csv"));
    const all = await run("predict", at("wine"), dataset("wine"));
    expect(stdout.split("\n").slice(0, 6)).toEqual(all.stdout.split("\n").slice(0, 6));
    const { predictions, classes } = JSON.parse((await run("predict", at("wine"), at("turned.csv"), "--json")).stdout);
    expect(predictions).toHaveLength(5);
    expect(predictions[0].prediction).toBe(stdout.split("\n")[1]?.split(",")[0]);
    expect(predictions[0].probabilities).toHaveLength(classes.length);
  }, 60_000);

  it("info says what the model is", async () => {
    const { stdout } = await run("info", at("wine"));
    for (const text of ["3403 learnable values", "classification of target", "class_1", "proline: (value", "minmax"]) {
      expect(stdout).toContain(text);
    }
    const json = JSON.parse((await run("info", at("wine", "model.safetensors"), "--json")).stdout);
    expect(json).toMatchObject({ task: "classification", values: 3403, preprocessing: { target: "target" } });
    expect(json.test.accuracy).toBe(JSON.parse(wine.stdout).test.accuracy);
  });
});

it("values are learned, drawn and predicted in their own unit", async () => {
  const options = [
    "--epochs",
    "30",
    "--optimizer",
    "sgd:momentum=0.9",
    "--learning-rate",
    "0.01",
    "--schedule",
    "cosine",
  ];
  const trained = await run("train", dataset("diabetes"), "--out", at("diabetes"), "--json", ...options);
  const summary = JSON.parse(trained.stdout);
  expect(summary.task).toBe("regression");
  expect(summary.test.r2).toBeGreaterThan(0.25);
  const rates = summary.epochs.map(({ learningRate }: { learningRate: number }) => learningRate);
  expect(rates[0]).toBe(0.01);
  expect(rates.at(-1)).toBeLessThan(0.001);
  for (const file of ["r2.svg", "loss.svg", "predicted.svg"]) {
    expect(await readFile(at("diabetes", file), "utf8")).toMatch(/^<svg/);
  }
  const { stdout } = await run("predict", at("diabetes"), dataset("diabetes"));
  const values = stdout.trim().split("\n").slice(1).map(Number);
  expect(values).toHaveLength(442);
  expect(Math.max(...values)).toBeGreaterThan(150);
  const { mae, rmse } = JSON.parse((await run("evaluate", at("diabetes"), dataset("diabetes"), "--json")).stdout);
  expect(mae).toBeGreaterThan(20);
  expect(rmse).toBeGreaterThan(mae);
}, 60_000);

describe("--resume", () => {
  const settings = [
    ...["--epochs", "8", "--dropout", "0.2", "--schedule", "cosine", "--optimizer", "adamw"],
    ...["--early-stopping", "50", "--target", "target"],
  ];

  /** Trains until a line of the epoch, then sends the signal. */
  async function trainUntil(epoch: string, signal: "SIGKILL" | "SIGINT", out: string): Promise<void> {
    const args = [command, "train", dataset("digits"), ...settings, "--checkpoint-every", "0", "--out", out];
    const child = spawn(process.execPath, args);
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes(epoch)) child.kill(signal);
    });
    await once(child, "close");
  }

  it("after SIGKILL, or Ctrl-C, gives the model of a training that was never stopped", async () => {
    expect((await run("train", dataset("digits"), ...settings, "--out", at("whole"))).code).toBe(0);
    for (const [signal, out] of [
      ["SIGKILL", at("killed")],
      ["SIGINT", at("stopped")],
    ] as const) {
      await trainUntil("epoch  3", signal, out);
      const before = await readdir(out);
      expect(before).toContain("checkpoint.safetensors");
      expect(before.includes("model.safetensors")).toBe(signal === "SIGINT");
      const resumed = await run("train", dataset("digits"), "--resume", out, "--json", "--threads", "1");
      expect(resumed.code).toBe(0);
      expect(JSON.parse(resumed.stdout).epochs).toHaveLength(8);
      expect(await hash(out)).toBe(await hash(at("whole")));
    }
  }, 120_000);

  it("gives a run that has ended more epochs, to the bits of a longer one", async () => {
    const train = (epochs: string, ...more: string[]) => run("train", dataset("iris"), "--epochs", epochs, ...more);
    await train("9", "--out", at("nine"), "--early-stopping", "20");
    await train("4", "--out", at("four"), "--early-stopping", "20");
    expect((await train("9", "--resume", at("four"))).code).toBe(0);
    const weights = async (name: string) =>
      JSON.parse((await run("predict", at(name), dataset("iris"), "--json")).stdout);
    expect(await weights("four")).toEqual(await weights("nine"));
  }, 60_000);

  it("of a run that stopped early trains no further, and keeps the best weights", async () => {
    const train = (...more: string[]) =>
      run("train", dataset("iris"), "--learning-rate", "0.05", "--early-stopping", "2", "--json", ...more);
    const first = JSON.parse((await train("--epochs", "60", "--out", at("early"))).stdout);
    const losses: number[] = first.epochs.map(({ valLoss }: { valLoss: number }) => valLoss);
    expect(losses.length).toBeLessThan(60);
    // The best epoch is two before the last: what is kept is not what was trained last.
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 3);
    const before = await hash(at("early"));
    for (const more of [[], ["--epochs", "80"]]) {
      const { code, stdout, stderr } = await train("--resume", at("early"), ...more);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("early stopping ended the run") });
      const again = JSON.parse(stdout);
      // Not trained once more, which would give the same numbers but for the times.
      expect(again.epochs).toEqual(first.epochs);
      expect(again.test).toEqual(first.test);
    }
    await run("train", dataset("iris"), "--resume", at("early"), "--epochs", "60");
    expect(await hash(at("early"))).toBe(before);
  }, 60_000);

  it.each([
    [["--hidden", "50"], "'--hidden': expected 200 as in"],
    [["--optimizer", "sgd"], "'--optimizer': expected adam as in"],
    [["--batch-size", "7"], "'--batch-size': expected none as in"],
    [["--out", "elsewhere"], "'--out': expected none with --resume"],
  ])("with %j is refused", async (options, message) => {
    const { code, stderr } = await run("train", dataset("wine"), "--resume", at("wine"), ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("of a run that has no checkpoint yet says that training starts again", async () => {
    await run("train", dataset("iris"), "--epochs", "2", "--out", at("unsaved"));
    await rm(at("unsaved", "checkpoint.safetensors"));
    const { code, stdout } = await run("train", dataset("iris"), "--resume", at("unsaved"));
    expect(code).toBe(0);
    expect(stdout).toContain(`no checkpoint in ${at("unsaved")}: training starts with epoch 1\n`);
  });

  it("refuses other data, and folders that are none of a run", async () => {
    const other = await run("train", dataset("breast-cancer"), "--resume", at("wine"));
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("got a file with different contents") });
    expect(await run("train", "mnist", "--resume", at("wine"))).toMatchObject({ code: 2 });
    const none = await run("train", dataset("wine"), "--resume", folder);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("expected a run folder") });
  });
});

describe("tables of other kinds", () => {
  it("categories become sparse columns; those that are new are counted", async () => {
    const rows = Array.from({ length: 300 }, (_, row) => `${row % 60},${row % 7},${row % 60 < 30 ? "low" : "high"}`);
    await writeFile(at("codes.csv"), `code,other,level\n${rows.map((row) => `c${row}`).join("\n")}\n`);
    const train = ["train", at("codes.csv"), "--target", "3", "--categorical", "other", "--out", at("codes"), "--json"];
    const trained = await run(...train, "--epochs", "30");
    expect(trained.stderr).toContain("67 inputs, kept sparse");
    expect(JSON.parse(trained.stdout).test.accuracy).toBe(1);
    await writeFile(at("new.csv"), "code,other\nc1,3\nc99,3\nc98,3\nc59,\n");
    const { stdout, stderr } = await run("predict", at("codes"), at("new.csv"));
    expect(stderr).toBe(`${at("new.csv")}: column code: 2 values that training did not know\n`);
    const predicted = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[0]);
    expect([predicted[0], predicted[3]]).toEqual(["low", "high"]);
  }, 60_000);

  it("without a header the last column is learned", async () => {
    const lines = (await readFile(dataset("iris"), "utf8")).trim().split("\n").slice(1);
    await writeFile(at("bare.csv"), lines.join("\n"));
    const { stdout } = await run("train", at("bare.csv"), "--out", at("bare"), "--json", "--epochs", "2");
    expect(JSON.parse(stdout)).toMatchObject({ classes: ["setosa", "versicolor", "virginica"], inputs: 4 });
    expect((await run("predict", at("bare"), at("bare.csv"))).stdout.trim().split("\n")).toHaveLength(151);
  });

  it("JSON Lines are learned as CSV is", async () => {
    const [head = "", ...lines] = (await readFile(dataset("iris"), "utf8")).trim().split("\n");
    const names = head.split(",");
    const objects = lines.map((line) =>
      JSON.stringify(Object.fromEntries(line.split(",").map((v, i) => [names[i], i < 4 ? Number(v) : v]))),
    );
    await writeFile(at("iris.jsonl"), objects.join("\n"));
    const epochs = ["--epochs", "3", "--json"];
    const json = JSON.parse((await run("train", at("iris.jsonl"), "--out", at("jsonl"), ...epochs)).stdout);
    const csv = JSON.parse((await run("train", dataset("iris"), "--out", at("csv"), ...epochs)).stdout);
    expect(json.test).toEqual(csv.test);
  }, 60_000);
});

it("columns to ignore, and columns of names, are those of all the options that name some", async () => {
  const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 3},${row % 5},${row % 7},${row % 2 ? "a" : "b"}`);
  await writeFile(at("repeated.csv"), `id,m,n,x,kind\n${rows.join("\n")}\n`);
  const options = ["--ignore", "id", "--ignore", "x", "--categorical", "m", "--categorical", "n", "--epochs", "1"];
  const { code } = await run("train", at("repeated.csv"), "--target", "kind", ...options, "--out", at("repeated"));
  expect(code).toBe(0);
  const { metadata } = parseSafetensors(await readFile(at("repeated", "model.safetensors")));
  expect(JSON.parse(metadata.preprocessing as string).features).toEqual([
    { name: "m", categories: ["0", "1", "2"] },
    { name: "n", categories: ["0", "1", "2", "3", "4"] },
  ]);
});

describe("what is wrong is said, with the exit code of its kind", () => {
  it.each([
    [["train", "mnist", "--target", "x"], "'--target': expected none for mnist"],
    [["train", dataset("wine"), "--target", "target", "--download"], "'--download': expected none for a table"],
    [["train", "mnist", "--max-values", "9"], "'--max-values': expected none for mnist"],
    [["train", dataset("wine"), "--max-values", "9"], "'--max-values': expected it only for Parquet files, got 9 for"],
    [["train", dataset("wine"), "--max-values", "0"], "Expected an integer of at least 1"],
    [["evaluate", "run", "--max-values", "9"], "'--max-values': expected none for mnist"],
    [["predict", "run", "a.png", "--max-values", "9"], "'--max-values': expected none for images"],
    [
      ["train", dataset("wine"), "--optimizer", "newton"],
      'Expected one of sgd, rmsprop, adagrad, adam, adamw, got "newton"',
    ],
    [["train", dataset("wine"), "--optimizer", "sgd:speed=1"], "'--optimizer': SGD: expected the options learningRate"],
    [["train", dataset("wine"), "--schedule", "step:stepSize=0"], "'--schedule': stepSize"],
    [["train", dataset("wine"), "--class-weights", "class_9=2"], "'--class-weights': expected balanced, none or"],
    [["train", dataset("wine"), "--batch-size", "500"], "'--batch-size': expected at most the 124 training rows"],
    [["train", dataset("wine"), "--optimizer", "adam:type=sgd"], "Expected options of adam, got its type"],
    [
      ["train", dataset("wine"), "--optimizer", "adam:learningRate=5", "--learning-rate", "1"],
      "'--learning-rate': expected none with adam:learningRate=5, got 1",
    ],
    [["train", dataset("wine"), "--target", "colour"], "expected a column, one of alcohol, malic_acid"],
    [
      ["train", dataset("wine"), "--categorical", "colour"],
      'expected the name or the number of a column, got "colour" (the columns are alcohol',
    ],
    [
      ["train", dataset("wine"), "--ignore", "99"],
      'expected the name or the number of a column, got "99" (the columns are',
    ],
    [["train", dataset("wine"), "--target", "target", "--ignore", "14"], "expected a column that is not left out"],
    [["train", dataset("wine"), "--learning-rate", "1e-60"], "Expected a finite number above 0"],
    [["train", dataset("wine"), "--dropout", "1"], "Expected a number from 0 to below 1"],
    [
      ["train", dataset("wine"), "--validation-split", "0", "--early-stopping", "3"],
      "'--early-stopping': expected none without validation rows",
    ],
    [
      ["train", dataset("wine"), "--optimizer", "sgd:momentum=0.9,momentum=0.1"],
      "Expected each option of sgd once, got momentum twice",
    ],
    [["train", dataset("wine"), "--schedule", "step:gamma=0.1,stepSize=2,gamma=0.5"], "of step once, got gamma twice"],
    [
      ["train", dataset("wine"), "--class-weights", "class_0=2,class_1=1,class_0=3"],
      "'--class-weights': expected each class once, got class_0 twice",
    ],
    [["train", dataset("wine"), "--class-weights", "class_0=1e39"], "'--class-weights': expected balanced, none or"],
    [
      ["train", dataset("wine"), "--class-weights", "class_0=2", "--class-weights", "class_1=3"],
      'Expected the whole list in one option, got a second one, "class_1=3"',
    ],
    [["train", dataset("wine"), "--hidden", "8", "--hidden", "4"], "Expected the whole list in one option"],
    [["train", dataset("wine"), "--learning-rate", "1e39"], "Expected a finite number above 0"],
    [["train", dataset("wine"), "--delimiter", '"'], "Expected one character that is neither a quote nor a line end"],
    [["train", dataset("wine"), "--delimiter", "\n"], "Expected one character that is neither a quote nor a line end"],
    [
      ["train", dataset("wine"), "--hidden", "", "--dropout", "0.5"],
      "'--dropout': expected none without a hidden layer, got one",
    ],
    [["train", dataset("wine"), "--hidden", "", "--activation", "gelu"], "'--activation': expected none without"],
    [["info"], "missing required argument"],
  ])("usage: %j", async (args, message) => {
    const { code, stderr } = await run(...args, ...(args[0] === "train" ? ["--out", at("never")] : []));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it.each([
    ["ragged row", "a,b\n1,2\n3\n", ["--target", "b"], "line 3: expected 2 fields, got 1"],
    ["empty file", "", ["--target", "b"], "expected at least one row of data, got none"],
    ["one class", "a,b\n1,x\n2,x\n3,x\n", ["--target", "b"], "expected at least two classes, got 1"],
    [
      "no value",
      "a,b\n1,x\n2,\n3,y\n",
      ["--target", "b"],
      ".csv: line 3: target b: expected a value in every row, got none",
    ],
    ["text", "a,b\n1,x\n2,y\n3,y\n", ["--target", "b", "--task", "regression"], "expected numbers for a regression"],
    [
      "splits",
      "a,b\n1,x\n2,y\n",
      ["--target", "b", "--validation-split", "0.9"],
      "--validation-split: expected a fraction below 0.8",
    ],
    [
      "great numbers",
      `a,b\n${"1e300,x\n-1e300,y\n".repeat(9)}`,
      ["--target", "b"],
      "column a: expected numbers that can be scaled",
    ],
    ["few rows", "a,b\n1,x\n2,y\n", ["--target", "b"], "--test-split: expected rows in both parts, got 0 of 2"],
  ])("data: %s", async (name, text, options, message) => {
    const path = at(`${name}.csv`);
    await writeFile(path, text);
    const { code, stderr } = await run("train", path, ...options, "--out", at("never"));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(await readdir(folder)).not.toContain("never");
  });

  it("--max-values bounds a Parquet file's values, in every command that reads tables", async () => {
    const numbers = Float64Array.from({ length: 60 }, (_, row) => row / 4);
    const columnData = [
      { name: "x", data: numbers, type: "DOUBLE" as const },
      { name: "y", data: Array.from(numbers, (x) => (x < 7 ? "low" : "high")), type: "STRING" as const },
    ];
    const table = at("few.parquet");
    await writeFile(table, new Uint8Array(parquetWriteBuffer({ columnData })));
    const out = at("few");
    for (const args of [
      ["train", table, "--target", "y", "--epochs", "1", "--out", out],
      ["evaluate", out, table],
      ["predict", out, table],
    ]) {
      const refused = await run(...args, "--max-values", "119");
      expect(refused.stderr).toContain(
        "few.parquet: expected at most 119 values, got 120 (maxValues, or --max-values, allows more)",
      );
      expect(refused.code).toBe(1);
      expect(await run(...args, "--max-values", "120")).toMatchObject({ code: 0 });
    }
  });

  it("files: unreadable ones, wrong models, text among numbers", async () => {
    await writeFile(at("text.csv"), (await readFile(dataset("wine"), "utf8")).replaceAll("\n13.", "\nstrong"));
    for (const [args, message] of [
      [["train", at("none.csv"), "--target", "b"], "none.csv: cannot be read"],
      [["predict", at("none"), dataset("wine")], "cannot be read"],
      [["predict", at("wine"), at("text.csv")], 'column alcohol: expected a number, got "strong'],
      [["predict", at("wine"), dataset("iris")], 'iris.csv: expected columns "alcohol", "malic_acid"'],
      [["predict", dataset("wine"), dataset("wine")], "wine.csv"],
      [["evaluate", at("wine")], "expected a model of images, got one of a table; add a table's file"],
      [["info", dataset("wine")], "wine.csv"],
    ] as const) {
      const { code, stderr } = await run(...args);
      expect({ args, code, stderr }).toEqual({ args, code: 1, stderr: expect.stringContaining(message) });
    }
  }, 60_000);

  it("a run that has not ended has no model yet", async () => {
    await cp(at("wine"), at("begun"), { recursive: true });
    await rm(at("begun", "model.safetensors"));
    const { code, stderr } = await run("info", at("begun"));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("got an unfinished one") });
  });

  it("--out: a link leads to the file that is replaced, a device is written to", async () => {
    await writeFile(at("linked.csv"), "old");
    await symlink(at("linked.csv"), at("link.csv"));
    const predict = (out: string) => run("predict", at("wine"), dataset("wine"), "--out", out);
    expect((await predict(at("link.csv"))).code).toBe(0);
    const text = await readFile(at("linked.csv"), "utf8");
    expect(text).toMatch(/^prediction,/);
    expect((await lstat(at("link.csv"))).isSymbolicLink()).toBe(true);
    if (!existsSync("/dev/full")) return;
    const { code, stderr } = await predict("/dev/full");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("/dev/full: cannot be written (ENOSPC: "),
    });
    expect((await lstat("/dev/full")).isCharacterDevice()).toBe(true);
    const shell = ["-c", '"$0" "$@" --out /dev/stdout | cat', process.execPath, command, "predict"];
    const piped = await promisify(execFile)("sh", [...shell, at("wine"), dataset("wine")]);
    expect(piped.stdout).toContain(text);
  }, 60_000);

  it.runIf(existsSync("/dev/full"))(
    "standard output that is full is said in one line; the run's files are written",
    () => {
      const full = openSync("/dev/full", "w");
      const train = ["train", dataset("iris"), "--target", "target", "--epochs", "2", "--out", at("mute")];
      const { status, stderr } = spawnSync(process.execPath, [command, ...train], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      closeSync(full);
      expect(stderr).toBe("simdgrad: standard output cannot be written (ENOSPC)\n");
      expect(status).toBe(1);
      expect(existsSync(at("mute", "report.html"))).toBe(true);
    },
    60_000,
  );
});

describe("many classes", () => {
  const table = (classes: number, rows: number) =>
    `x,y\n${Array.from({ length: rows }, (_, row) => `${row % classes},c${row % classes}`).join("\n")}\n`;

  it.each([
    [
      360,
      720,
      /the 10 of 360 classes with the lowest F1 \(for all see report\.html, for the confusion matrix history\.json\)/,
    ],
    [1200, 2400, /1200 classes are too many for a table of scores and a confusion matrix/],
  ])(
    "%i of them are learned, written, and shown as far as they fit",
    async (classes, rows, shown) => {
      await writeFile(at(`${classes}.csv`), table(classes, rows));
      const out = at(`many-${classes}`);
      const { stdout, stderr, code } = await run(
        "train",
        at(`${classes}.csv`),
        "--target",
        "y",
        "--epochs",
        "1",
        "--out",
        out,
      );
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      expect(stdout).toMatch(shown);
      expect(stdout.split("\n").length).toBeLessThan(60);
      expect((await readdir(out)).sort()).toContain("model.safetensors");
      const history = await readFile(join(out, "history.json"), "utf8");
      expect(JSON.parse(history).test.confusion?.length).toBe(classes > 1000 ? undefined : classes);
      expect(history.split("\n").length).toBeLessThan(3 * classes + 200);
      expect(await readFile(join(out, "report.html"), "utf8")).toMatch(
        classes > 1000 ? "too many for a table of scores" : "too large for this page; see history.json",
      );
      const evaluated = await run("evaluate", out, at(`${classes}.csv`));
      expect(evaluated.code).toBe(0);
      expect(evaluated.stdout.split("\n").length).toBeLessThan(30);
      expect((await run("info", out)).code).toBe(0);
    },
    60_000,
  );
});

describe("a file of the wrong kind", () => {
  it.each([
    [["info", "TABLE"], "expected a model, a safetensors or ONNX file, got a CSV file or another table in text"],
    [["evaluate", "TABLE", "TABLE"], "got a CSV file or another table in text"],
    [["export", "TABLE", "--format", "onnx"], "got a CSV file or another table in text"],
    [["info", "CHECKPOINT"], "expected a model, a safetensors or ONNX file, got a checkpoint of a training"],
    [["predict", "RECORD", "TABLE"], "got a JSON text"],
  ])("is said to be what it is: %s", async (parameters, message) => {
    const places: Record<string, string> = {
      TABLE: dataset("wine"),
      RUN: at("wine"),
      CHECKPOINT: at("wine", "checkpoint.safetensors"),
      RECORD: at("wine", "run.json"),
    };
    const { stderr, code } = await run(...parameters.map((parameter) => places[parameter] ?? parameter));
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});
