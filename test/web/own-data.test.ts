import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../../src/app/run/pace.js";
import { type RunSettings, TABLE_DEFAULTS } from "../../src/app/settings/page-settings.js";
import { readOnnxMetadata } from "../../src/formats/onnx/onnx.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import { colourOfShare, markOf } from "../../web/own-data/class-marks.js";
import { makeMoons } from "../../web/own-data/moons.js";
import { classShares, paintPrediction } from "../../web/own-data/plane-picture.js";
import type { WorkerEvent } from "../../web/protocol/run.js";
import { runHandlers } from "../../web/worker/serve-run.js";
import { TableSession } from "../../web/worker/table/table-session.js";

const settings = { ...TABLE_DEFAULTS, epochs: 60 };
const file = (name: string, text: string) => ({ name, data: new Blob([text]) });
const dataset = (name: string) =>
  file(`${name}.csv`, readFileSync(new URL(`../../samples/${name}.csv`, import.meta.url), "utf8"));

/** A session that has been trained on the column that it found by itself, and what it told of it. */
async function train(table: { name: string; data: Blob }, given: RunSettings = settings) {
  const events: WorkerEvent[] = [];
  let end: (status: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const session = new TableSession((event) => {
    events.push(event);
    if (event.kind === "status" && event.status !== "running") end(event.message ?? event.status);
  });
  const view = await session.openTable(table);
  const task = session.describe({ target: view.target, seed: given.seed });
  const started = await session.start({ ...task, settings: given, step: false, pace: 0 });
  expect(await ended).toBe("finished");
  return { session, view, task, started, events };
}

describe("a table in the worker", () => {
  it("the moons are the same on every engine", () => {
    expect(createHash("sha256").update(makeMoons()).digest("hex")).toBe(
      "d5fe10eb69d204a475d7f5a8ebd67c79b0c2f86f373d50027a2368ec7f2fe00e",
    );
  });

  it("the page is told once of a training that does not learn", async () => {
    const { events } = await train(file("moons.csv", makeMoons()), {
      ...settings,
      hidden: [16, 16, 16],
      init: "zeros",
    });
    const warnings = events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));
    expect(warnings).toEqual([expect.stringContaining("gives the same output for every row")]);
  });

  it("moons: classes, a plane, predictions, and a model that predicts the same", async () => {
    const { session, view, started, events } = await train(file("moons.csv", makeMoons()));
    expect(view).toMatchObject({ rows: 400, target: "moon" });
    expect(view.columns.map(({ kind }) => kind)).toEqual(["numeric", "numeric", "categorical"]);
    expect(started).toMatchObject({ task: "classification", inputs: 2, outputs: 2, classes: ["lower", "upper"] });
    expect(started.rows).toEqual({ training: 280, validation: 40, test: 80 });
    const reports = events.flatMap((event) => (event.kind === "update" ? event.update.reports : []));
    expect(reports.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));

    const result = session.result();
    if (result.task !== "classification") throw new Error("expected classes");
    expect(result.accuracy).toBeGreaterThan(0.9);
    expect(result.confusion.flat().reduce((sum, count) => sum + count)).toBe(80);

    const predictions = await session.predict(undefined);
    const lines = new TextDecoder().decode(predictions.file.bytes).trim().split("\n");
    expect(predictions.file.name).toBe("moons-predictions.csv");
    expect(lines[0]).toBe("prediction,probability_lower,probability_upper");
    expect(lines).toHaveLength(401);

    for (const format of ["safetensors", "onnx"] as const) {
      const { saveModel } = runHandlers(session.session, () => session.metadata);
      const { name, bytes } = await saveModel({ format });
      const metadata = format === "onnx" ? readOnnxMetadata(bytes) : parseSafetensors(bytes).metadata;
      expect(metadata).toMatchObject({ task: "classification", seed: "42" });
      const other = new TableSession(() => {});
      const opened = await other.openModel({ name, data: new Blob([bytes as BlobPart]) });
      expect(opened).toMatchObject({ target: "moon", features: ["east", "north"], classes: ["lower", "upper"] });
      const again = await other.predict(file("new.csv", makeMoons()));
      expect(new TextDecoder().decode(again.file.bytes).trim().split("\n")).toEqual(lines);
    }
  });

  it("the plane's grid has the predictions of its points", async () => {
    const { session, started } = await train(file("moons.csv", makeMoons()));
    const size = 16;
    const { labels, strengths } = session.plane({ size });
    const [left, right, bottom, top] = started.plane?.ends ?? [0, 0, 0, 0];
    const at = (low: number, high: number, step: number) => low + ((high - low) * (step + 0.5)) / size;
    const cells = Array.from({ length: size * size }, (_, i) => [i % size, Math.floor(i / size)] as const);
    const rows = cells.map(([column, row]) => `${at(left, right, column)},${at(bottom, top, row)}`);
    const { file: saved } = await session.predict(file("grid.csv", `east,north\n${rows.join("\n")}\n`));
    const lines = new TextDecoder().decode(saved.bytes).trim().split("\n").slice(1);
    expect(lines.map((line) => line.split(",")[0])).toEqual(
      Array.from(labels ?? [], (label) => started.classes?.[label]),
    );
    for (const [i, line] of lines.entries()) {
      const [lower, upper] = line.split(",").slice(1).map(Number) as [number, number];
      expect(strengths?.[i]).toBeCloseTo(Math.max(lower, upper), 5);
    }
    expect(new Set(labels)).toEqual(new Set([0, 1]));
  });

  it("diabetes: values in their own unit, R² and errors that belong together", async () => {
    const { session, task } = await train(dataset("diabetes"));
    expect(task).toMatchObject({ task: "regression", inputs: 10, outputs: 1 });
    const result = session.result();
    if (result.task !== "regression") throw new Error("expected values");
    const { actual, predicted, r2, rmse } = result;
    const mean = actual.reduce((sum, value) => sum + value / actual.length, 0);
    const spread = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(1 - (rmse ** 2 * predicted.length) / spread).toBeCloseTo(r2, 4);
    expect(r2).toBeGreaterThan(0.15);
    expect(Math.min(...actual)).toBeGreaterThan(20);
    expect(() => session.plane({ size: 4 })).toThrow("two numeric features");
  });

  it("says what is wrong with a file, a column, a model", async () => {
    const session = new TableSession(() => {});
    expect(() => session.describe({ target: "a", seed: 0 })).toThrow("there is no table yet");
    await expect(session.openTable(file("bad.csv", "a,b\n1\n"))).rejects.toThrow("bad.csv: line 2: expected 2 fields");
    await session.openTable(file("one.csv", "a,b\n1.5,x\n2.5,x\n"));
    expect(() => session.describe({ target: "b", seed: 0 })).toThrow("at least two classes");
    await expect(session.openModel(file("m.safetensors", "no model"))).rejects.toThrow("m.safetensors");
  });
});

describe("pace", () => {
  afterEach(() => vi.useRealTimers());

  it("holds after epochs, not after batches, and not at all without a limit", async () => {
    vi.useFakeTimers({ now: 0 });
    const pace = new Pace(50);
    pace.onTrainBegin();
    const ends: number[] = [];
    for (let epoch = 0; epoch < 5; ++epoch) {
      await pace.onSettled("batch");
      const held = pace.onSettled("epoch").then(() => ends.push(Date.now()));
      await vi.advanceTimersToNextTimerAsync();
      await held;
    }
    expect(ends).toEqual([20, 40, 60, 80, 100]);
    pace.epochsPerSecond = 0;
    await pace.onSettled("epoch");
    expect(Date.now()).toBe(100);
  });

  it("catches up with what a timer oversleeps, but not with a pause", async () => {
    vi.useFakeTimers({ now: 0 });
    const pace = new Pace(10);
    pace.onTrainBegin();
    vi.advanceTimersByTime(250);
    await pace.onSettled("epoch");
    await pace.onSettled("epoch");
    expect(Date.now()).toBe(250);
    vi.advanceTimersByTime(60_000);
    await pace.onSettled("epoch");
    await pace.onSettled("epoch");
    const held = pace.onSettled("epoch");
    await vi.advanceTimersToNextTimerAsync();
    await held;
    expect(Date.now()).toBe(60_350);
  });
});

describe("the plane's picture", () => {
  const image = (size: number) =>
    ({ width: size, height: size, data: new Uint8ClampedArray(4 * size * size) }) as ImageData;
  const pixel = ({ data }: ImageData, index: number) => Array.from(data.subarray(4 * index, 4 * index + 4));

  it("has the greatest y on top, and is fainter where the network is less sure", () => {
    const picture = image(2);
    const labels = Uint8Array.of(0, 0, 1, 1);
    paintPrediction(picture, { labels, strengths: Float32Array.of(1, 0.5, 1, 0.75) }, 2, [0, 1]);
    expect(pixel(picture, 0).slice(0, 3)).toEqual([...markOf(1).colour]);
    expect(pixel(picture, 2).slice(0, 3)).toEqual([...markOf(0).colour]);
    const [sure, guess, half] = [2, 3, 1].map((index) => pixel(picture, index)[3] as number) as [
      number,
      number,
      number,
    ];
    expect(sure).toBeGreaterThan(half);
    expect(half).toBeGreaterThan(guess);
    expect(classShares({ labels }, 3)).toEqual([0.5, 0.5, 0]);
  });

  it("paints values between the colours of the least and the greatest", () => {
    const picture = image(1);
    paintPrediction(picture, { values: Float32Array.of(20) }, 0, [10, 20]);
    expect(pixel(picture, 0).slice(0, 3)).toEqual([...colourOfShare(1)]);
    expect(colourOfShare(-3)).toEqual([...markOf(0).colour]);
  });

  it("gives neighbouring classes another colour and another shape", () => {
    const marks = Array.from({ length: 24 }, (_, label) => markOf(label));
    expect(new Set(marks.map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(24);
    expect(new Set(marks.slice(0, 5).map(({ shape }) => shape)).size).toBe(5);
  });
});
