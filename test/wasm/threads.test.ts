import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, Dense, type Engine, Network, Random, ReLU, type Tile } from "../../src/index.js";
import { fingerprint, numbers, placePanels, VARIANTS } from "../kernels/fixture.js";
import * as reference from "../reference.js";

/** Threads, and a tile: neither may change a bit. */
const TEAMS: readonly (readonly [number, Tile])[] = [
  [1, "4x8"],
  [2, "4x16"],
  [3, "6x8"],
  [7, "2x16"],
];

/** Operations, seven times assembly/runtime/threads.ts's GRAIN and more: a part for each thread of the largest team. */
const PRODUCTS = [
  [53, 67, 129],
  [1, 601, 700],
  [33, 57, 1030],
] as const;

/** Batch, inputs, outputs. */
const LAYERS = [
  [33, 129, 61],
  [1, 600, 603],
  [520, 64, 64],
  [530, 67, 59],
  [520, 256, 30],
  [33, 1300, 61],
  [300, 600, 40],
  [200, 300, 16],
] as const;

describe.each(VARIANTS)("any number of threads gives the same bits (%s)", (variant) => {
  let engines: Engine[];
  beforeAll(async () => {
    engines = await Promise.all(TEAMS.map(([threads, tile]) => createEngine({ variant, threads, tile, seed: 3 })));
    expect(engines.map((engine) => engine.info().threads)).toEqual(TEAMS.map(([threads]) => threads));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  /** Runs `compute` a few times on every engine, and asserts that nothing but one result ever comes out. */
  function expectSameBits(compute: (engine: Engine) => readonly Float32Array[]): void {
    const prints = engines.map((engine) => Array.from({ length: 3 }, () => fingerprint(...compute(engine))));
    expect(prints).toEqual(engines.map(() => Array(3).fill(prints[0]?.[0])));
  }

  /**
   * Asserts that every thread takes parts when the work is done often enough: each changes a word of its own as it advances.
   * Who takes a part is a matter of chance.
   */
  function expectAllThreadsBusy(compute: (engine: Engine) => void): void {
    for (const engine of engines) {
      const words = Array.from({ length: engine.info().threads }, (_, thread) => {
        return engine.memory.i32(engine.kernels.progressOf(engine.team, thread), 1);
      });
      const idle = () => words.filter((word) => word[0] === -1).length;
      for (const word of words) word[0] = -1;
      for (let time = 0; time < 20_000 && idle() > 0; ++time) compute(engine);
      expect(idle()).toBe(0);
    }
  }

  it.each(PRODUCTS)("gemm %i × %i × %i, every transposition", (m, n, k) => {
    const [aValues, bValues, cValues] = [numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3)];
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const multiply = (engine: Engine) => {
        const [a, b, c] = [engine.matrix(m, k, aValues), engine.matrix(k, n, bValues), engine.matrix(m, n, cValues)];
        const [lda, ldb] = [transposeA ? m : k, transposeB ? k : n];
        const { kernels, team } = engine;
        kernels.gemm(transposeA, transposeB, m, n, k, 1.5, a.pointer, lda, b.pointer, ldb, -0.5, c.pointer, n, team);
        const result = c.data.slice();
        for (const matrix of [a, b, c]) matrix.dispose();
        return [result];
      };
      expectSameBits(multiply);
      expectAllThreadsBusy(multiply);
    }
  });

  it.each(LAYERS)("dense kernels, batch %i, %i → %i", (batch, inputs, outputs) => {
    const compute = (engine: Engine) => {
      const { kernels, team } = engine;
      const x = engine.matrix(batch, inputs, numbers(batch * inputs, 1));
      const [y, g] = [engine.matrix(batch, outputs), engine.matrix(batch, outputs, numbers(batch * outputs, 3))];
      const gradInput = engine.matrix(batch, inputs);
      const weights = placePanels(engine, inputs, outputs, numbers(inputs * outputs, 2));
      const bias = placePanels(engine, 1, outputs, numbers(outputs, 4));
      kernels.denseForward(batch, inputs, outputs, x.pointer, weights.pointer, bias.pointer, y.pointer, team);
      kernels.denseInputGradient(batch, inputs, outputs, g.pointer, weights.pointer, gradInput.pointer, team);
      const results: Float32Array[] = [y.data.slice(), gradInput.data.slice()];
      for (const accumulate of [true, false]) {
        const [from, to] = [x.pointer, weights.pointer];
        kernels.denseWeightGradient(batch, inputs, outputs, -0.5, from, g.pointer, accumulate, to, team);
        results.push(weights.toArray());
      }
      for (const block of [x, y, g, gradInput, weights, bias]) block.dispose();
      return results;
    };
    expectSameBits(compute);
    expectAllThreadsBusy(compute);
  });

  it.each(LAYERS)("sparse kernels, batch %i, %i → %i", (batch, inputs, outputs) => {
    const dense = numbers(batch * inputs, 1).map((value, i) => (i % 3 === 0 ? value : 0));
    const { starts, ends, indices, values } = reference.compressRows(batch, inputs, dense);
    const compute = (engine: Engine) => {
      const { kernels, team } = engine;
      const x = engine.csr(batch, inputs, { indptr: [...starts, ends.at(-1) as number], indices, values });
      const rows = [x.startsPointer, x.endsPointer, x.indicesPointer, x.valuesPointer] as const;
      const [y, g] = [engine.matrix(batch, outputs), engine.matrix(batch, outputs, numbers(batch * outputs, 3))];
      const weights = placePanels(engine, inputs, outputs, numbers(inputs * outputs, 2));
      const bias = placePanels(engine, 1, outputs, numbers(outputs, 4));
      kernels.sparseForward(batch, inputs, outputs, ...rows, weights.pointer, bias.pointer, y.pointer, team);
      kernels.sparseWeightGradient(batch, inputs, outputs, -0.5, ...rows, g.pointer, true, weights.pointer, team);
      const results = [y.data.slice(), weights.toArray()];
      for (const block of [x, y, g, weights, bias]) block.dispose();
      return results;
    };
    expectSameBits(compute);
  });

  it("sparse weight steps of one batch after the other: no thread goes on with rows that it turned over before", () => {
    const [batch, inputs, outputs] = [48, 200, 64];
    const batches = [1, 2, 3].map((seed) => {
      const dense = numbers(batch * inputs, seed).map((value) => (value > 0.4 ? value : 0));
      const { ends, indices, values } = reference.compressRows(batch, inputs, dense);
      return { indptr: [0, ...ends], indices, values };
    });
    const compute = (engine: Engine) => {
      const { kernels, team } = engine;
      const g = engine.matrix(batch, outputs, numbers(batch * outputs, 4));
      const weights = placePanels(engine, inputs, outputs, new Float32Array(inputs * outputs));
      const matrices = batches.map((data) => engine.csr(batch, inputs, data));
      const results = Array.from({ length: 30 }, (_, step) => {
        const x = matrices[step % 3] as (typeof matrices)[number];
        const rows = [x.startsPointer, x.endsPointer, x.indicesPointer, x.valuesPointer] as const;
        const to = weights.pointer;
        kernels.sparseWeightGradient(batch, inputs, outputs, 0.1, ...rows, g.pointer, step % 5 > 0, to, team);
        // Another kernel's job, in the same workspaces.
        if (step % 2 === 0) kernels.sumOfSquares(weights.length, weights.pointer, team);
        return weights.toArray();
      });
      for (const block of [g, weights, ...matrices]) block.dispose();
      return results;
    };
    expectSameBits(compute);
  });

  it.each([false, true])("50 steps of training, sparse: %s", (sparse) => {
    const [rows, inputs, classes] = [256, 100, 7];
    const values = numbers(rows * inputs, 5).map((value) => (sparse && value < 0.6 ? 0 : value));
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * i) % classes);
    const trained = engines.map((engine) => {
      const random = new Random(11);
      const init = () => 0.2 * random.normal();
      const network = new Network(engine, [
        new Dense(inputs, 96, { init, sparse }),
        new ReLU(),
        new Dense(96, 50, { init }),
        new ReLU(),
        new Dense(50, classes, { init }),
      ]);
      const [x, y] = [engine.matrix(rows, inputs, values), engine.labels(targets)];
      const losses = Float32Array.from({ length: 50 }, () => network.train(x, y));
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      const weights = network.layers.flatMap((layer) => layer.parameters().map((parameter) => parameter.toArray()));
      return fingerprint(losses, ...weights);
    });
    expect(new Set(trained).size).toBe(1);
  });
});
