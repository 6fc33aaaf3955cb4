import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchSparse } from "../bench/sparse.js";
import { benchTables } from "../bench/tables.js";
import { benchThreads } from "../bench/threads.js";
import type { Context } from "../src/app/benchmark/context.js";
import { benchKernels } from "../src/app/benchmark/kernels.js";
import { measureInTurn, summarize } from "../src/app/benchmark/measure.js";
import { benchPage } from "../src/app/benchmark/page.js";
import { benchTrain } from "../src/app/benchmark/train.js";
import { createEngine } from "../src/index.js";

const ROWS = 64;
const context: Context = {
  createEngine: (options) => createEngine({ threads: 1, tile: "4x8", ...options }),
  threads: 2,
  loadMnist: async () => ({
    inputs: Uint8Array.from({ length: ROWS * 784 }, (_, i) => (i % 7 === 0 ? i % 256 : 0)),
    shape: [ROWS, 784],
    targets: Uint8Array.from({ length: ROWS }, (_, i) => i % 10),
    scale: 1 / 255,
  }),
};
/** As short as can be: what is tested is that they run and what they print. */
const QUICK = { samples: 2, sampleSeconds: 1e-4, warmUpSeconds: 1e-4 };

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const result of results) all.push(result);
  return all;
}

describe("benchmarks", () => {
  it("tables has a line for each CSV file, with the scores of the default, all epochs, and less patience", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tables-"));
    await expect(collect(benchTables(folder, [1]))).rejects.toThrow("expected CSV files, got none");
    for (const name of ["iris", "diabetes"]) {
      await cp(new URL(`../samples/${name}.csv`, import.meta.url), join(folder, `${name}.csv`));
    }
    const results = await collect(benchTables(folder, [1, 2]));
    await rm(folder, { recursive: true });
    expect(results.map(({ table, score }) => `${table} ${score}`)).toEqual(["diabetes r2", "iris accuracy"]);
    for (const result of results) {
      expect(result.kept).toBeLessThanOrEqual(result.epochs);
      for (const value of [result.default, result.none, result.ten]) expect(value).toBeGreaterThan(0.2);
      for (const spread of [result.defaultSpread, result.noneSpread, result.tenSpread]) {
        expect(spread).toBeGreaterThanOrEqual(0);
      }
    }
  }, 60_000);

  it("train has a line for each path and number of threads", async () => {
    const results = await collect(benchTrain(context, [{ layers: [784, 20, 10], batch: 16 }], QUICK));
    expect(results.map(({ path, threads }) => `${path} ${threads}`)).toEqual([
      "dense 1",
      "sparse 1",
      "dense 2",
      "sparse 2",
    ]);
    for (const { net, batch, samplesPerSecond, microsecondsPerStep, limitShare } of results) {
      expect([net, batch]).toEqual(["784-20-10", 16]);
      expect(samplesPerSecond).toBeCloseTo((batch / microsecondsPerStep) * 1e6, 3);
      expect(limitShare).toBeGreaterThan(0);
    }
  });

  it("threads compares with one thread", async () => {
    const results = await collect(benchThreads(context, [[32, 48, 48]], QUICK));
    expect(results).toHaveLength(6);
    expect(results[0]).toMatchObject({ work: "32x48x48", threads: 1, speedup: 1, overheadMicroseconds: 0 });
    expect(results[1]?.threads).toBe(2);
  });

  it("sparse ends with the crossing, where the ratio is 1", async () => {
    const results = await collect(benchSparse(context, [[64, 16, 8]], [0.01, 1], QUICK));
    expect(results).toHaveLength(3);
    const { crossing } = results[2] as { crossing: number };
    expect(crossing).toBeGreaterThanOrEqual(0);
    expect(crossing).toBeLessThanOrEqual(1);
  });

  it("kernels compares with a copy", async () => {
    const results = await collect(benchKernels(context, [4], QUICK));
    expect(results.length).toBeGreaterThan(15);
    for (const { gbPerSecond, copyGbPerSecond, copyShare } of results) {
      expect(copyShare).toBeCloseTo(gbPerSecond / copyGbPerSecond, 10);
    }
  });

  it("page has all parts on one thread and on all, and says how far it is", async () => {
    const shares: number[] = [];
    const results = await collect(benchPage(context, { ...QUICK, onProgress: (share) => shares.push(share) }));
    const threads = (bench: string) =>
      results.flatMap((result) => (result.bench === bench && "threads" in result ? [result.threads] : []));
    expect(threads("train")).toEqual([1, 1, 2, 2]);
    expect(new Set(threads("gemm"))).toEqual(new Set([1, 2]));
    expect(results.filter(({ bench }) => bench === "kernels")).toHaveLength(17);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const gemm = await collect(benchPage(context, { ...QUICK, parts: ["gemm"] }));
    expect(new Set(gemm.map(({ bench }) => bench))).toEqual(new Set(["gemm"]));
  });

  it("samples are taken in turn, and summed up by median and quartiles", async () => {
    const order: string[] = [];
    const note = (name: string) => () => {
      if (order.at(-1) !== name) order.push(name);
    };
    await measureInTurn([note("a"), note("b")], { samples: 3, sampleSeconds: 1e-6, warmUpSeconds: 1e-6 });
    expect(order.join("")).toBe("abababab");
    expect(summarize([5, 1, 2, 4, 3])).toEqual({ median: 3, spread: 2 / 3 });
  });

  it.each([
    ...["context", "gemm", "kernels", "measure", "page", "train"].map((name) => `src/app/benchmark/${name}`),
    ...["memory", "sparse", "threads"].map((name) => `bench/${name}`),
  ])("%s is free of Node", (name) => {
    const text = readFileSync(new URL(`../${name}.ts`, import.meta.url), "utf8");
    expect(text).not.toMatch(/node:|\bprocess\.|\bBuffer\b|mnist-files/);
  });
});
