import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseModel } from "../../src/app/model-file.js";
import { newSettings, resumedSettings } from "../../src/app/settings/resolve-settings.js";
import type { TrainSettings } from "../../src/app/settings/train-settings.js";
import { tableTask } from "../../src/cli/train/table-task.js";
import { createEngine } from "../../src/create-engine.js";
import { Random } from "../../src/engine/random.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const breastCancer = new URL("../../samples/breast-cancer.csv", import.meta.url).pathname;

interface Summary {
  readonly epochs: readonly { readonly epoch: number; readonly valLoss: number; readonly completed: boolean }[];
  readonly bestEpoch?: number;
  readonly settings: TrainSettings;
  readonly test: { readonly accuracy: number };
}

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

async function train(out: string, ...more: string[]): Promise<{ summary: Summary; stderr: string }> {
  const { stdout, stderr, code } = await run("train", at("noisy.csv"), "--out", at(out), "--json", ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  return { summary: JSON.parse(stdout), stderr };
}

/** The loss on the rows that were validated with, of the model in the folder. */
async function validationLoss(out: string): Promise<number | undefined> {
  const { settings } = JSON.parse(await readFile(at(out, "run.json"), "utf8"));
  const task = await tableTask(at("noisy.csv"), settings);
  const engine = await createEngine({ threads: 1 });
  const { network } = parseModel(engine, await readFile(at(out, "model.safetensors")), out);
  const { validation } = task.place(engine);
  const loss = validation && network.evaluate(validation).loss;
  engine.dispose();
  return loss;
}

const lowest = ({ epochs }: Summary) => Math.min(...epochs.map(({ valLoss }) => valLoss));
const model = (out: string) => readFile(at(out, "model.safetensors"));

let best: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "best-epoch-"));
  // Categories that say little: a network that may, learns the rows by heart.
  const random = new Random(7);
  const rows = Array.from({ length: 400 }, () => {
    const values = Array.from({ length: 8 }, (_, column) => random.below(3 + column));
    const likely = values[0] === 0 ? 0.8 : 0.3;
    return [...values.map((value) => `v${value}`), random.uniform() < likely ? "yes" : "no"].join();
  });
  await writeFile(at("noisy.csv"), `a,b,c,d,e,f,g,h,target\n${rows.join("\n")}\n`);
  best = await train("best");
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("a table", () => {
  it("is trained until 20 epochs have had no lower validation loss; the model is the best epoch's", async () => {
    const { summary } = best;
    const { epochs, bestEpoch = 0 } = summary;
    expect(summary.settings).toMatchObject({ earlyStopping: 20, epochs: 200 });
    expect(epochs.length).toBe(bestEpoch + 20);
    expect(epochs[bestEpoch - 1]?.valLoss).toBe(lowest(summary));
    expect(await validationLoss("best")).toBe(lowest(summary));
  });

  it("has its best epoch named by the output, history.json, the report, and info", async () => {
    const { summary, stderr } = best;
    const { bestEpoch, epochs } = summary;
    const kept = `epoch ${bestEpoch} of ${epochs.length}, validation loss ${lowest(summary).toPrecision(4)}`;
    expect(stderr).toContain(`\nkept: ${kept}\n`);
    expect(JSON.parse(await readFile(at("best", "history.json"), "utf8")).bestEpoch).toBe(bestEpoch);
    const page = await readFile(at("best", "report.html"), "utf8");
    expect(page).toContain(`<p>Kept: ${kept}.</p>`);
    expect(page.match(/<tr class="kept"><th scope="row">[^<]*/g)).toEqual([
      `<tr class="kept"><th scope="row">${bestEpoch} (kept)`,
    ]);
    expect((await run("info", at("best"))).stdout).toContain(
      `\ntrained for ${epochs.length} epochs, epoch ${bestEpoch} kept\n`,
    );
    const info = JSON.parse((await run("info", at("best"), "--json")).stdout);
    expect(info).toMatchObject({ bestEpoch, epochs: epochs.length });
  });

  it("with --early-stopping none is trained for all 100 epochs, and the last is kept", async () => {
    const { summary, stderr } = await train("none", "--early-stopping", "none");
    expect(summary.epochs).toHaveLength(100);
    expect(summary).not.toHaveProperty("bestEpoch");
    expect(summary.settings).not.toHaveProperty("earlyStopping");
    expect(stderr).not.toContain("kept:");
    expect(stderr).not.toContain("no validation rows");
    expect(await validationLoss("none")).toBe(summary.epochs.at(-1)?.valLoss);
    expect(await validationLoss("none")).toBeGreaterThan(1.05 * lowest(best.summary));
    expect((await run("info", at("none"))).stdout).toContain("\ntrained for 100 epochs\n");
    expect(await readFile(at("none", "report.html"), "utf8")).not.toContain("Kept");
    expect(best.summary.test.accuracy).toBeGreaterThan(summary.test.accuracy);
  }, 60_000);

  it("without rows to validate with is trained for all 100 epochs, and says so; an explicit number is refused", async () => {
    const line = "\nno validation rows: training all epochs and keeping the last\n";
    const { summary, stderr } = await train("unvalidated", "--validation-split", "0");
    expect(stderr).toContain(line);
    expect(summary.epochs).toHaveLength(100);
    expect(summary).not.toHaveProperty("bestEpoch");
    const none = await train("asked", "--validation-split", "0", "--early-stopping", "none");
    expect(none.stderr).not.toContain(line);
    expect(await model("asked")).toEqual(await model("unvalidated"));
    const refused = await run("train", at("noisy.csv"), "--validation-split", "0", "--early-stopping", "5");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      "'--early-stopping': expected none without validation rows; set a validation split above 0",
    );
  }, 60_000);

  it("of a small set of classes that are told apart easily is learned as well as by all epochs", async () => {
    const scores: number[] = [];
    for (const stopping of ["20", "none"]) {
      const out = at(`cancer-${stopping}`);
      const { stdout } = await run("train", breastCancer, "--early-stopping", stopping, "--out", out, "--json");
      scores.push(JSON.parse(stdout).test.accuracy);
    }
    // Of 114 rows; most are of one class, 0.63.
    expect(scores[0]).toBeGreaterThan(0.94);
    expect(Math.abs((scores[0] as number) - (scores[1] as number))).toBeLessThan(0.03);
  }, 60_000);
});

describe("a run that goes on", () => {
  it("after early stopping trains no more, also with more epochs, and keeps its model", async () => {
    const before = await model("best");
    for (const more of [[], ["--epochs", "300"], ["--epochs", "200"]]) {
      const { stdout, stderr, code } = await run("train", at("noisy.csv"), "--resume", at("best"), "--json", ...more);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("early stopping ended the run") });
      const { epochs, bestEpoch } = JSON.parse(stdout);
      expect({ epochs, bestEpoch }).toEqual({ epochs: best.summary.epochs, bestEpoch: best.summary.bestEpoch });
    }
    expect(await model("best")).toEqual(before);
  }, 60_000);

  it("has the best epoch's weights when it is interrupted, and after that the model of one that was not", async () => {
    const settings = ["--hidden", "400", "--early-stopping", "30"];
    const whole = await train("whole", ...settings);
    const bestEpoch = whole.summary.bestEpoch as number;
    const args = [command, "train", at("noisy.csv"), ...settings, "--out", at("cut")];
    const child = spawn(process.execPath, args);
    child.stdout.on("data", (chunk) => {
      if (new RegExp(`epoch +${bestEpoch + 3} `).test(String(chunk))) child.kill("SIGINT");
    });
    expect((await once(child, "close"))[0]).toBe(0);
    const cut: Summary & { interrupted?: boolean } = JSON.parse(await readFile(at("cut", "history.json"), "utf8"));
    expect(cut).toMatchObject({ interrupted: true, bestEpoch });
    expect(await validationLoss("cut")).toBe(lowest(whole.summary));
    const resumed = await run("train", at("noisy.csv"), "--resume", at("cut"), "--json");
    expect(JSON.parse(resumed.stdout).epochs).toHaveLength(whole.summary.epochs.length);
    expect(await model("cut")).toEqual(await model("whole"));
  }, 60_000);

  it("from a record of before early stopping was the default has none", async () => {
    const data = createHash("sha256")
      .update(await readFile(at("noisy.csv")))
      .digest("hex");
    const settings = {
      hidden: [100],
      activation: "relu",
      dropout: 0,
      init: "glorot-uniform",
      optimizer: "adam",
      schedule: "constant",
      epochs: 60,
      classWeights: "none",
      seed: 42,
      deterministic: false,
      validationSplit: 0.1,
      testSplit: 0.2,
      scaling: "standard",
    };
    await mkdir(at("old"));
    const record = { format: "simdgrad-run", version: 1, task: "classification", data, settings };
    await writeFile(at("old", "run.json"), JSON.stringify(record));
    for (const epochs of ["60", "61"]) {
      const options = ["--resume", at("old"), "--epochs", epochs, "--early-stopping", "none", "--json"];
      const { stdout, code } = await run("train", at("noisy.csv"), ...options);
      expect(code).toBe(0);
      expect(JSON.parse(stdout).epochs).toHaveLength(Number(epochs));
      expect(JSON.parse(stdout)).not.toHaveProperty("bestEpoch");
    }
    const { stderr, code } = await run("train", at("noisy.csv"), "--resume", at("old"), "--early-stopping", "20");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("'--early-stopping': expected none as in"),
    });
  }, 60_000);

  it("with early stopping refuses to go on without", () => {
    const saved = newSettings({}, "table");
    expect(() => resumedSettings({ earlyStopping: "none" }, saved, "RUN")).toThrow("expected 20 as in RUN, got none");
    expect(resumedSettings({ earlyStopping: 20 }, saved, "RUN")).toEqual(saved);
  });
});

describe("the default", () => {
  it.each([
    ["table", {}, { earlyStopping: 20, epochs: 200 }],
    ["table", { epochs: 7 }, { earlyStopping: 20, epochs: 7 }],
    ["table", { earlyStopping: 5 }, { earlyStopping: 5, epochs: 200 }],
    ["table", { earlyStopping: "none" }, { epochs: 100 }],
    ["table", { earlyStopping: "none", epochs: 7 }, { epochs: 7 }],
    ["table", { validationSplit: 0 }, { epochs: 100 }],
    // Refused later, with the name of the option.
    ["table", { validationSplit: 0, earlyStopping: 5 }, { earlyStopping: 5, epochs: 200 }],
    ["mnist", {}, { epochs: 25 }],
    ["mnist", { earlyStopping: 5 }, { earlyStopping: 5, epochs: 25 }],
    ["mnist", { earlyStopping: "none" }, { epochs: 25 }],
  ] as const)("of %s with %j", (kind, given, expected) => {
    const { earlyStopping, epochs } = newSettings(given, kind);
    expect({ ...(earlyStopping !== undefined && { earlyStopping }), epochs }).toEqual(expected);
  });

  it.each(["0", "-1", "1.5", "None", "", "5 epochs"])("is not replaced by %j", async (value) => {
    const { stderr, code } = await run("train", at("noisy.csv"), "--early-stopping", value);
    expect(code).toBe(2);
    expect(stderr).toContain("--early-stopping <epochs|none>");
  });
});
