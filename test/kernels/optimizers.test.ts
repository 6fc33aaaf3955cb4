import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference-optimizers.js";
import { createTestEngine, EDGE_SIZES, expectClose, fingerprint, Guarded, numbers, VARIANTS } from "./fixture.js";

const { fround } = Math;
const infinity = Number.POSITIVE_INFINITY;

/** The gradient as it is, and with all that may be done to it. All are floats, as the kernels see them. */
const TERMS: Readonly<Record<string, reference.GradientTerms>> = {
  plain: { scale: 0.5, limit: infinity, l2: 0, l1: 0 },
  penalized: { scale: 0.75, limit: 0.5, l2: 0.125, l1: 0.0625 },
};

/** A handful of roundings of values below 2: what an element may be off. */
const ATOL = 8 * 2 ** -23;

/** A kernel, its arrays (weights first, gradient second), and its twin over float64 copies of them. */
interface StepCase {
  readonly arrays: number;
  run(engine: Engine, n: number, pointers: readonly number[], terms: reference.GradientTerms): void;
  twin(arrays: readonly Float64Array[], terms: reference.GradientTerms): void;
}

type Pointers = [number, number, number, number, number];
type Arrays = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

function sgdCase(arrays: 2 | 3, nesterov: boolean): StepCase {
  const constants = { rate: fround(0.1), momentum: fround(0.9), gain: 0.75, nesterov };
  const { rate, momentum, gain } = constants;
  return {
    arrays,
    run: ({ kernels, team }, n, pointers, { scale, limit, l2, l1 }) => {
      const [w, g, v = 0] = pointers as Pointers;
      kernels.sgdStep(n, w, g, v, scale, limit, l2, l1, rate, momentum, gain, nesterov, team);
    },
    twin: ([w, g, v], terms) => reference.sgdStep(w as Float64Array, g as Float64Array, v, terms, constants),
  };
}

function rmspropCase(centered: boolean, moving: boolean): StepCase {
  const constants = { rate: fround(0.01), alpha: 0.75, epsilon: fround(1e-3), momentum: fround(0.9) };
  const { rate, alpha, epsilon, momentum } = constants;
  /** Means and velocity, where they are used, out of the arrays after the squares. */
  const optional = <T>(rest: readonly T[]) => ({
    means: centered ? rest[0] : undefined,
    velocity: moving ? rest[Number(centered)] : undefined,
  });
  return {
    arrays: 3 + Number(centered) + Number(moving),
    run: ({ kernels, team }, n, [w, g, s, ...rest], { scale, limit, l2, l1 }) => {
      const { means = 0, velocity = 0 } = optional(rest);
      const head = [n, w as number, g as number, s as number, means, velocity] as const;
      kernels.rmspropStep(...head, scale, limit, l2, l1, rate, alpha, 1 - alpha, epsilon, momentum, team);
    },
    twin: ([w, g, s, ...rest], terms) => {
      const { means, velocity } = optional(rest);
      const [weights, gradient, squares] = [w, g, s] as Float64Array[] as Arrays;
      reference.rmspropStep(weights, gradient, squares, means, velocity, terms, constants);
    },
  };
}

const adagradCase: StepCase = {
  arrays: 3,
  run: ({ kernels, team }, n, pointers, { scale, limit, l2, l1 }) => {
    const [w, g, s] = pointers as Pointers;
    kernels.adagradStep(n, w, g, s, scale, limit, l2, l1, 0.25, fround(1e-3), team);
  },
  twin: (arrays, terms) => {
    const [w, g, s] = arrays as Arrays;
    reference.adagradStep(w, g, s, terms, { rate: 0.25, epsilon: fround(1e-3) });
  },
};

function adamCase(keep: number): StepCase {
  const constants = { rate: 0.25, keep, beta1: 0.875, beta2: 0.75, correction: 1.25, epsilon: fround(1e-3) };
  const { rate, beta1, beta2, correction, epsilon } = constants;
  return {
    arrays: 4,
    run: ({ kernels, team }, n, pointers, { scale, limit, l2, l1 }) => {
      const [w, g, m, s] = pointers as Pointers;
      const tail = [rate, keep, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon, team] as const;
      kernels.adamStep(n, w, g, m, s, scale, limit, l2, l1, ...tail);
    },
    twin: (arrays, terms) => {
      const [w, g, m, s] = arrays as Arrays;
      reference.adamStep(w, g, m, s, terms, constants);
    },
  };
}

const CASES: Readonly<Record<string, StepCase>> = {
  SGD: sgdCase(2, false),
  "SGD with momentum": sgdCase(3, false),
  "SGD with Nesterov's momentum": sgdCase(3, true),
  RMSProp: rmspropCase(false, false),
  "centered RMSProp": rmspropCase(true, false),
  "RMSProp with momentum": rmspropCase(false, true),
  "centered RMSProp with momentum": rmspropCase(true, true),
  Adagrad: adagradCase,
  Adam: adamCase(1),
  AdamW: adamCase(0.875),
};

/** Arrays to start from; squares and what else follows are not negative, and means small against the squares' roots. */
function startingArrays(count: number, n: number): Float32Array[] {
  return Array.from({ length: count }, (_, index) => {
    const values = numbers(n, index + 1);
    if (index === 0 && n > 2) values[2] = 0;
    return index < 2 ? values : values.map((value) => 0.5 + Math.abs(value) / 2);
  });
}

describe.each(VARIANTS)("optimizers' kernels (%s)", (variant) => {
  let engine: Engine;
  let team: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
    team = await createTestEngine(variant, 3);
  });
  afterAll(() => {
    for (const each of [engine, team]) each.dispose();
  });

  const combinations = Object.keys(CASES).flatMap((name) => Object.keys(TERMS).map((terms) => [name, terms] as const));

  it.each(combinations)("%s, %s gradient, agrees with float64 to 8 ULP of 1", (name, termsName) => {
    const { arrays, run, twin } = CASES[name] as StepCase;
    const terms = TERMS[termsName] as reference.GradientTerms;
    for (const n of EDGE_SIZES) {
      const start = startingArrays(arrays, n);
      // Means that keep squares − means² away from zero, where a root magnifies roundings.
      if (name.startsWith("centered")) start[3] = (start[3] as Float32Array).map((value) => value / 4);
      const guarded = start.map((values, index) => new Guarded(engine, values, index % 2 === 0));
      const expected = start.map((values) => Float64Array.from(values));
      for (let step = 0; step < 2; ++step) {
        run(
          engine,
          n,
          guarded.map(({ pointer }) => pointer),
          terms,
        );
        twin(expected, terms);
      }
      for (const [index, array] of guarded.entries()) {
        expectClose(array.values, expected[index] as Float64Array, index === 1 ? 0 : ATOL, 0);
        array.release();
      }
    }
  });

  it.each(combinations)("%s, %s gradient: three threads give the same bits as one", (name, termsName) => {
    const { arrays, run } = CASES[name] as StepCase;
    // Parts that end within a line, and enough work for six of them.
    const n = 100_003;
    const [one, three] = [engine, team].map((each) => {
      const blocks = startingArrays(arrays, n).map((values) => new Guarded(each, values));
      run(
        each,
        n,
        blocks.map(({ pointer }) => pointer),
        TERMS[termsName] as reference.GradientTerms,
      );
      const print = fingerprint(...blocks.map(({ values }) => values));
      for (const block of blocks) block.release();
      return print;
    });
    expect(three).toBe(one);
  });

  it("padding stays zero, whatever the penalties", () => {
    for (const { arrays, run } of Object.values(CASES)) {
      const blocks = Array.from({ length: arrays }, () => new Guarded(engine, new Float32Array(9)));
      for (const terms of Object.values(TERMS)) {
        run(
          engine,
          9,
          blocks.map(({ pointer }) => pointer),
          terms,
        );
      }
      for (const block of blocks) {
        expect([...block.values]).toEqual(Array(9).fill(0));
        block.release();
      }
    }
  });

  it("NaN and infinite gradients show, unless clipping takes the infinity", () => {
    for (const { arrays, run } of Object.values(CASES)) {
      for (const [termsName, terms] of Object.entries(TERMS)) {
        const blocks = startingArrays(arrays, 5).map((values) => new Guarded(engine, values));
        const [weights, gradient] = blocks as [Guarded, Guarded];
        gradient.values.set([Number.NaN, infinity, 0.5, 0.5, Number.NaN]);
        run(
          engine,
          5,
          blocks.map(({ pointer }) => pointer),
          terms,
        );
        const finite = [...weights.values].map(Number.isFinite);
        expect(finite).toEqual([false, termsName === "penalized", true, true, false]);
        for (const block of blocks) block.release();
      }
    }
  });

  it("moments that decay end at zero, not among the subnormal numbers", () => {
    for (const [name, { arrays, run }] of Object.entries(CASES)) {
      if (name === "Adagrad" || name === "SGD") continue;
      // With the constants above 2000 steps take 1 to below 1e-80.
      const start = [
        new Float32Array(8),
        new Float32Array(8),
        ...Array(arrays - 2).fill(new Float32Array(8).fill(1e-3)),
      ];
      const blocks = start.map((values) => new Guarded(engine, values));
      for (let step = 0; step < 2000; ++step) {
        run(
          engine,
          8,
          blocks.map(({ pointer }) => pointer),
          TERMS.plain as reference.GradientTerms,
        );
      }
      for (const block of blocks.slice(2)) expect([...block.values]).toEqual(Array(8).fill(0));
      for (const block of blocks) block.release();
    }
  });

  it("centered RMSProp takes a negative variance for zero", () => {
    const run = (CASES["centered RMSProp"] as StepCase).run;
    const blocks = [[1], [0], [0.25], [1]].map((values) => new Guarded(engine, values));
    run(
      engine,
      1,
      blocks.map(({ pointer }) => pointer),
      TERMS.plain as reference.GradientTerms,
    );
    expect(blocks[0]?.values[0]).toBe(1);
    for (const block of blocks) block.release();
  });

  it.each([...EDGE_SIZES, 1023, 100_003])("sumOfSquares of %i floats, any number of threads", (n) => {
    const x = numbers(n, 4);
    const sums = [engine, team].map((each) => {
      const block = new Guarded(each, x, true);
      const sum = each.kernels.sumOfSquares(n, block.pointer, each.team);
      block.release();
      return sum;
    });
    const expected = reference.sumOfSquares(x);
    expect(Math.abs((sums[0] as number) - expected)).toBeLessThanOrEqual(n * 2 ** -52 * expected);
    expect(sums[1]).toBe(sums[0]);
  });

  it("sumOfSquares neither overflows nor hides what is not finite", () => {
    for (const [values, expected] of [
      [[fround(3e38), fround(1e38)], fround(3e38) ** 2 + fround(1e38) ** 2],
      [[1, Number.NaN, 2], Number.NaN],
      [[1, -infinity, 2], infinity],
    ] as const) {
      const block = new Guarded(engine, values);
      const sum = engine.kernels.sumOfSquares(values.length, block.pointer, engine.team);
      block.release();

      expect(sum).toBe(expected);
    }
  });
});
