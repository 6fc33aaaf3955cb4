import { describe, expect, it } from "vitest";
import { constant, createEngine, Dense, initializers, type Parameter, Random } from "../../src/index.js";
import { initialWeights } from "../../src/network/initializers.js";
import { expectClose } from "../kernels/fixture.js";

const toArray = (...args: Parameters<typeof initialWeights>) => Array.from(initialWeights(...args));

describe("initialisers", () => {
  const SHAPES = [
    [1, 1],
    [1, 7],
    [7, 1],
    [5, 5],
    [5, 12],
    [12, 5],
    [90, 40],
  ] as const;

  it.each(SHAPES)("orthogonal: rows or columns of a %i × %i matrix are orthonormal", (inputs, outputs) => {
    const w = initializers.orthogonal(new Random(3), inputs, outputs);
    const size = Math.min(inputs, outputs);
    const product = Array.from({ length: size * size }, (_, i) => {
      const [a, b] = [i % size, Math.floor(i / size)];
      let sum = 0;
      for (let k = 0; k < Math.max(inputs, outputs); ++k) {
        const at = (vector: number) => w[inputs <= outputs ? vector * outputs + k : k * outputs + vector] as number;
        sum += at(a) * at(b);
      }
      return sum;
    });
    const identity = product.map((_, i) => Number(i % (size + 1) === 0));
    expectClose(product, identity, 1e-12, 0);
  });

  it("orthogonal: every direction is equally likely, and the seed decides", () => {
    const first = initializers.orthogonal(new Random(3), 6, 6);
    expect(initializers.orthogonal(new Random(3), 6, 6)).toEqual(first);
    expect(initializers.orthogonal(new Random(4), 6, 6)).not.toEqual(first);
    const random = new Random(5);
    const draws = Array.from({ length: 2000 }, () => initializers.orthogonal(random, 3, 3));
    for (let i = 0; i < 9; ++i) {
      const mean = draws.reduce((sum, q) => sum + (q[i] as number), 0) / draws.length;
      const square = draws.reduce((sum, q) => sum + (q[i] as number) ** 2, 0) / draws.length;
      // Mean 0 and variance 1/3; five standard deviations.
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / 3 / 2000));
      expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt(0.09 / 2000));
    }
  });

  it("constant and zeros", () => {
    const random = new Random(1);
    expect(toArray(constant(0.5), random, 2, 3)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(toArray(initializers.zeros, random, 1, 2)).toEqual([0, 0]);
    expect(random.uint32()).toBe(new Random(1).uint32());
    expect(() => constant(Number.NaN)).toThrow("constant: expected a finite number, got NaN");
  });

  it("an initialiser of one's own gives the whole matrix, or a weight at a time", async () => {
    const engine = await createEngine({ threads: 1 });
    const layer = new Dense(2, 3, {
      init: (_, inputs, outputs) => Array.from({ length: inputs * outputs }, (_, i) => i),
    });
    layer.attach(engine, undefined);
    expect([...(layer.parameters()[0] as Parameter).toArray()]).toEqual([0, 1, 2, 3, 4, 5]);
    let calls = 0;
    expect(toArray(() => ++calls, new Random(1), 2, 2)).toEqual([1, 2, 3, 4]);
    const short = new Dense(2, 3, { init: () => [1, 2] });
    expect(() => short.attach(engine, undefined)).toThrow("expected 2 × 3 = 6 values, got 2");
    engine.dispose();
  });
});
