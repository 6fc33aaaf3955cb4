import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference.js";
import {
  createTestEngine,
  EDGE_SIZES,
  expectClose,
  fingerprint,
  Guarded,
  numbers,
  paddingIsZero,
  placePanels,
  sumTolerance,
  VARIANTS,
} from "./fixture.js";

/** Which elements of row i are kept. */
const PATTERNS = {
  mixed: (i: number, j: number) => [false, true, j === i % 7, (i + j) % 5 === 0][i % 4],
  empty: () => false,
  full: () => true,
  "one-hot": (i: number, j: number) => j === (5 * i) % 13,
};

function pattern(name: keyof typeof PATTERNS, rows: number, columns: number): Float32Array {
  return numbers(rows * columns, 1).map((value, at) => {
    return PATTERNS[name](Math.floor(at / columns), at % columns) ? value : 0;
  });
}

/** Batch, inputs, outputs, kept elements. */
const SHAPES = [
  ...Array.from({ length: 33 }, (_, i) => [7, 20, i + 1, "mixed"] as const),
  ...EDGE_SIZES.map((size) => [size, 20, 11, "mixed"] as const),
  ...EDGE_SIZES.filter((size) => size > 0).map((size) => [5, size, 11, "mixed"] as const),
  ...[1, 8, 33].flatMap((batch) =>
    (["empty", "full", "one-hot"] as const).map((name) => [batch, 13, 17, name] as const),
  ),
  [32, 784, 100, "mixed"],
] as const;

/** Integers as floats of the same bits: indices and bounds go between guard bands, too. */
const sameBits = (values: Int32Array) => new Float32Array(values.buffer, values.byteOffset, values.length);

describe.each(VARIANTS)("sparse kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  const guarded = (values: Float32Array | Int32Array) =>
    new Guarded(engine, values instanceof Int32Array ? sameBits(values) : values, true);

  const integers = (block: Guarded) => engine.memory.i32(block.pointer, block.values.length);

  function place({ starts, ends, indices, values }: reference.SparseRows): Guarded[] {
    return [starts, ends, indices, values].map(guarded);
  }

  const pointers = (blocks: Guarded[]) => blocks.map((block) => block.pointer) as [number, number, number, number];

  it.each(SHAPES)("agree with float64: batch %i, %i → %i, %s", (batch, inputs, outputs, name) => {
    const x = reference.compressRows(batch, inputs, pattern(name, batch, inputs));
    const [w, biases, g] = [numbers(inputs * outputs, 2), numbers(outputs, 4), numbers(batch * outputs, 3)];
    const [weights, bias] = [placePanels(engine, inputs, outputs, w), placePanels(engine, 1, outputs, biases)];
    const rows = place(x);
    const y = guarded(new Float32Array(batch * outputs).fill(Number.NaN));
    const gradient = guarded(g);
    const { kernels, team } = engine;

    const sparse = pointers(rows);
    kernels.sparseForward(batch, inputs, outputs, ...sparse, weights.pointer, bias.pointer, y.pointer, team);
    const expectedY = reference.sparseForward(batch, inputs, outputs, x, w, biases);
    expectClose(y.values, expectedY, sumTolerance(inputs), 2 ** -22);

    kernels.sparseWeightGradient(
      batch,
      inputs,
      outputs,
      -0.5,
      ...sparse,
      gradient.pointer,
      true,
      weights.pointer,
      team,
    );
    const expectedW = reference.sparseWeightGradient(batch, inputs, outputs, -0.5, x, g, w);
    expectClose(weights.toArray(), expectedW, sumTolerance(batch), 2 ** -22);
    expect(paddingIsZero(engine, weights)).toBe(true);

    for (const block of [...rows, y, gradient]) block.release();
    weights.dispose();
    bias.dispose();
  });

  /**
   * Batch, inputs, outputs, share of the elements: a panel and more, one block of rows and several, columns of no, one, two, three
   * and many elements. Then what is turned over in more than one way: columns too many for a counter each (two passes, three),
   * elements too many to be turned over at once, and so few outputs that rows are not turned over at all.
   */
  const TURNED = [
    ...EDGE_SIZES.map((outputs) => [9, 23, outputs, 0.3] as const),
    ...[1, 2, 3, 31, 256, 257, 600].map((batch) => [batch, 40, 27, 0.15] as const),
    [32, 784, 100, 0.02],
    [32, 784, 100, 0.2],
    [100, 1024, 30, 0.1],
    [20, 20_000, 25, 0.001],
    [8, 300_000, 9, 0.00002],
    [3, 1_500_000, 2, 0.00001],
    [256, 400, 24, 0.9],
    [5, 70_000, 17, 0.6],
    [300, 1000, 33, 0.4],
    [40, 50, 16, 1],
    [300, 33, 10, 0.5],
    [12, 9000, 7, 0.4],
  ] as const;

  it.each(TURNED)(
    "give the dense kernels' bits: batch %i, %i → %i, %d of the elements",
    (batch, inputs, outputs, share) => {
      // Row by row the share varies, and some columns are full.
      const random = numbers(batch * inputs, 5);
      const isKept = (i: number) => i % 7 === 0 || (random[i] as number) < 2 * share * (1 + (i % 3) / 2) - 1;
      const dense = numbers(batch * inputs, 1).map((value, i) => (isKept(i) ? value : 0));
      const x = guarded(share < 0.01 ? dense.map((value, i) => (i % 7 === 0 && i % 1001 !== 0 ? 0 : value)) : dense);
      const rows = place(reference.compressRows(batch, inputs, x.values));
      const g = guarded(numbers(batch * outputs, 3));
      const [y, sparseY] = [guarded(new Float32Array(batch * outputs)), guarded(new Float32Array(batch * outputs))];
      const w = numbers(inputs * outputs, 2);
      const [weights, sparseWeights] = [
        placePanels(engine, inputs, outputs, w),
        placePanels(engine, inputs, outputs, w),
      ];
      const bias = placePanels(engine, 1, outputs, numbers(outputs, 4));
      const { kernels, team } = engine;
      const sparse = pointers(rows);
      if (inputs <= 1024) {
        kernels.denseForward(batch, inputs, outputs, x.pointer, weights.pointer, bias.pointer, y.pointer, team);
        kernels.sparseForward(batch, inputs, outputs, ...sparse, weights.pointer, bias.pointer, sparseY.pointer, team);
        expect(fingerprint(sparseY.values)).toBe(fingerprint(y.values));
      }
      for (const accumulate of [true, false]) {
        const [from, to] = [x.pointer, sparseWeights.pointer];
        kernels.denseWeightGradient(batch, inputs, outputs, -0.3, from, g.pointer, accumulate, weights.pointer, team);
        kernels.sparseWeightGradient(batch, inputs, outputs, -0.3, ...sparse, g.pointer, accumulate, to, team);
        expect(fingerprint(sparseWeights.toArray())).toBe(fingerprint(weights.toArray()));
        expect(paddingIsZero(engine, sparseWeights)).toBe(true);
      }
      for (const block of [x, ...rows, g, y, sparseY]) block.release();
      for (const block of [weights, sparseWeights, bias]) block.dispose();
    },
  );

  it("rows of W whose feature does not occur are neither read nor written", () => {
    const [batch, inputs, outputs] = [6, 12, 21];
    const occurs = (feature: number) => feature % 3 === 1;
    const dense = numbers(batch * inputs).map((value, i) => (occurs(i % inputs) ? value : 0));
    const rows = place(reference.compressRows(batch, inputs, dense));
    const w = numbers(inputs * outputs, 2).map((value, i) => (occurs(Math.floor(i / outputs)) ? value : Number.NaN));
    const [weights, bias] = [
      placePanels(engine, inputs, outputs, w),
      placePanels(engine, 1, outputs, numbers(outputs, 4)),
    ];
    // NaNs of an odd payload: a NaN that was computed has another.
    const words = engine.memory.i32(weights.pointer, weights.length);
    for (const [i, word] of words.entries()) if (word === 0x7fc00000) words[i] = 0x7fc0beef;
    const before = words.slice();
    const y = guarded(new Float32Array(batch * outputs));
    const g = guarded(numbers(batch * outputs, 3));
    const { kernels, team } = engine;
    const sparse = pointers(rows);
    kernels.sparseForward(batch, inputs, outputs, ...sparse, weights.pointer, bias.pointer, y.pointer, team);
    expect(y.values.every(Number.isFinite)).toBe(true);
    kernels.sparseWeightGradient(batch, inputs, outputs, -0.5, ...sparse, g.pointer, true, weights.pointer, team);
    const feature = (word: number) => Math.floor(word / 8) % inputs;
    const column = (word: number) => Math.floor(word / 8 / inputs) * 8 + (word % 8);
    for (const [i, word] of words.entries()) {
      const changes = occurs(feature(i)) && column(i) < outputs;
      expect(word !== before[i], `feature ${feature(i)}, column ${column(i)} changes`).toBe(changes);
    }
    for (const block of [...rows, y, g]) block.release();
  });

  it("rows may lie anywhere among the elements, in any order, and share them", () => {
    const [inputs, outputs] = [9, 10];
    const all = reference.compressRows(4, inputs, pattern("mixed", 4, inputs));
    const order = [3, 1, 1, 0];
    const chosen = { ...all, starts: all.starts.map((_, i) => all.starts[order[i] as number] as number) };
    const x = { ...chosen, ends: all.ends.map((_, i) => all.ends[order[i] as number] as number) };
    const [weights, bias] = [
      placePanels(engine, inputs, outputs, numbers(inputs * outputs, 2)),
      placePanels(engine, 1, outputs, numbers(outputs)),
    ];
    const rows = place(x);
    const y = guarded(new Float32Array(4 * outputs));
    const { kernels, team } = engine;
    kernels.sparseForward(4, inputs, outputs, ...pointers(rows), weights.pointer, bias.pointer, y.pointer, team);
    const expected = reference.sparseForward(4, inputs, outputs, x, weights.toArray(), bias.toArray());
    expectClose(y.values, expected, sumTolerance(inputs), 2 ** -22);
    const g = guarded(numbers(4 * outputs, 3));
    const expectedW = reference.sparseWeightGradient(4, inputs, outputs, 0.5, x, g.values, weights.toArray());
    const to = weights.pointer;
    kernels.sparseWeightGradient(4, inputs, outputs, 0.5, ...pointers(rows), g.pointer, true, to, team);
    expectClose(weights.toArray(), expectedW, sumTolerance(4), 2 ** -22);
    g.release();
    const expanded = guarded(new Float32Array(4 * inputs).fill(Number.NaN));
    kernels.expandRows(4, inputs, ...pointers(rows), expanded.pointer);
    expect([...expanded.values]).toEqual([...reference.expandRows(4, inputs, x)]);
    for (const block of [...rows, y, expanded]) block.release();
  });

  /** Compresses with room for no more than the contract asks for; undefined when it says that there are too many. */
  function compress(rows: number, columns: number, dense: Float32Array, limit: number, first = 0) {
    const x = guarded(dense);
    const bounds = [guarded(new Int32Array(rows)), guarded(new Int32Array(rows))] as const;
    const elements = [guarded(new Int32Array(limit + 3)), guarded(new Float32Array(limit + 3))] as const;
    const target = pointers([...bounds, ...elements]);
    const count = engine.kernels.compressRows(rows, columns, x.pointer, first, limit, ...target);
    const got = {
      starts: integers(bounds[0]).slice(),
      ends: integers(bounds[1]).slice(),
      indices: integers(elements[0]).slice(0, Math.max(count, 0)),
      values: elements[1].values.slice(0, Math.max(count, 0)),
    };
    for (const block of [x, ...bounds, ...elements]) block.release();
    expect(count).toBeGreaterThanOrEqual(-1);
    return count < 0 ? undefined : got;
  }

  it.each(EDGE_SIZES)("compressRows and expandRows agree for %i columns", (columns) => {
    for (const rows of [0, 1, 9]) {
      for (const name of Object.keys(PATTERNS) as (keyof typeof PATTERNS)[]) {
        const dense = pattern(name, rows, columns);
        const expected = reference.compressRows(rows, columns, dense, 4);
        const limit = expected.values.length;
        expect(compress(rows, columns, dense, limit, 4)).toEqual(expected);
        const blocks = place(reference.compressRows(rows, columns, dense));
        const y = guarded(new Float32Array(rows * columns).fill(Number.NaN));
        engine.kernels.expandRows(rows, columns, ...pointers(blocks), y.pointer);
        expect(y.values).toEqual(dense);
        for (const block of [...blocks, y]) block.release();
      }
    }
  });

  it("compressRows gives up just above its limit", () => {
    for (const columns of [1, 6, 8, 65]) {
      const dense = pattern("mixed", 8, columns);
      const expected = reference.compressRows(8, columns, dense);
      const count = expected.values.length;
      expect(compress(8, columns, dense, count)).toEqual(expected);
      expect(compress(8, columns, dense, count + 1)).toEqual(expected);
      expect(compress(8, columns, dense, count - 1)).toBeUndefined();
      expect(compress(8, columns, dense, 0)).toBeUndefined();
    }
  });

  it("compressRows keeps NaN, infinities and the smallest numbers, and drops −0", () => {
    const dense = Float32Array.of(Number.NaN, -0, 2 ** -149, 0, Number.NEGATIVE_INFINITY, -0, Number.NaN);
    const kept = [Number.NaN, 2 ** -149, Number.NEGATIVE_INFINITY, Number.NaN];
    const got = compress(1, 7, dense, 4);
    expect([...(got?.indices ?? [])]).toEqual([0, 2, 4, 6]);
    expect([...(got?.values ?? [])]).toEqual(kept);
  });
});
