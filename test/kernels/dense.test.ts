import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference.js";
import {
  createTestEngine,
  EDGE_SIZES,
  expectClose,
  Guarded,
  numbers,
  paddingIsZero,
  placePanels,
  sumTolerance,
  VARIANTS,
} from "./fixture.js";

/** Sizes of all three dimensions, each an edge for some loop; the last go beyond every blocking size, or have inputs that are packed. */
const SHAPES = [
  ...EDGE_SIZES.map((size) => [size, 7, 9] as const),
  ...EDGE_SIZES.filter((size) => size > 0).map((size) => [5, size, 11] as const),
  ...EDGE_SIZES.filter((size) => size > 0).map((size) => [6, 10, size] as const),
  [32, 784, 100],
  [530, 9, 13],
  [3, 530, 530],
  [5, 1030, 11],
  [2, 2100, 17],
  [9, 256, 11],
  [520, 512, 5],
] as const;

describe.each(VARIANTS)("dense kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  it.each(SHAPES)("agree with float64: batch %i, %i → %i", (batch, inputs, outputs) => {
    const [x, w, g] = [numbers(batch * inputs, 1), numbers(inputs * outputs, 2), numbers(batch * outputs, 3)];
    const biases = numbers(outputs, 4);
    const weights = placePanels(engine, inputs, outputs, w);
    const bias = placePanels(engine, 1, outputs, biases);
    const xBlock = new Guarded(engine, x, true);
    const gBlock = new Guarded(engine, g, true);
    const y = new Guarded(engine, new Float32Array(batch * outputs).fill(Number.NaN), true);
    const gi = new Guarded(engine, new Float32Array(batch * inputs).fill(Number.NaN), true);
    const { kernels, team } = engine;

    kernels.denseForward(batch, inputs, outputs, xBlock.pointer, weights.pointer, bias.pointer, y.pointer, team);
    const expectedY = Float64Array.from({ length: batch * outputs }, (_, i) => biases[i % outputs] as number);
    reference.gemm(false, false, batch, outputs, inputs, 1, x, inputs, w, outputs, 1, expectedY, outputs);
    expectClose(y.values, expectedY, sumTolerance(inputs), 2 ** -22);

    kernels.denseInputGradient(batch, inputs, outputs, gBlock.pointer, weights.pointer, gi.pointer, team);
    const expectedGi = new Float64Array(batch * inputs);
    reference.gemm(false, true, batch, inputs, outputs, 1, g, outputs, w, outputs, 0, expectedGi, inputs);
    expectClose(gi.values, expectedGi, sumTolerance(outputs), 2 ** -22);

    for (const accumulate of [true, false]) {
      kernels.denseWeightGradient(
        batch,
        inputs,
        outputs,
        -0.5,
        xBlock.pointer,
        gBlock.pointer,
        accumulate,
        weights.pointer,
        team,
      );
      const expectedW = Float64Array.from(w);
      reference.gemm(
        true,
        false,
        inputs,
        outputs,
        batch,
        -0.5,
        x,
        inputs,
        g,
        outputs,
        accumulate ? 1 : 0,
        expectedW,
        outputs,
      );
      expectClose(weights.toArray(), expectedW, sumTolerance(batch), 2 ** -22);
      expect(paddingIsZero(engine, weights)).toBe(true);
      // NaN must not survive a product that does not read its target.
      weights.set(new Float32Array(inputs * outputs).fill(Number.NaN));
    }
    for (const block of [xBlock, gBlock, y, gi]) block.release();
    weights.dispose();
    bias.dispose();
  });
});
