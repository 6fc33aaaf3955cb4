import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { power } from "../../src/engine/reproducible-math.js";

/** base, exponent, and the power to 17 digits, from Python's decimal with 60. */
const POWERS = [
  [2, 0.25, 1.189207115002721],
  [3, 0.3, 1.3903891703159093],
  [10, 0.75, 5.623413251903491],
  [37, 0.9, 25.78585591832089],
  [1001, 1.5, 31670.22262315186],
  [60001, 0.1, 3.004801925300361],
  [107821, 0.3333, 47.57732586159797],
  [2 ** 40 + 1, 0.7, 268435456.0001706],
  [7, 100.5, 8.557620465947324e84],
  [3, 640.25, 2.9983569538133694e305],
  [1.0000001, 1e9, 2.6881038582144647e43],
  [2 ** 53 - 1, 19.25, 1.33614341660613e307],
  [5, 12, 244140625],
  [1e9 + 1, 1e-9, 1.000000020723266],
] as const;

const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThanOrEqual(1e-15);

describe("power", () => {
  it.each(POWERS)("%d^%d is within 1e-15", (base, exponent, expected) => {
    near(power(base, exponent), expected);
  });

  it("is within 1e-15 of the engine's own, which is for any base and exponent", () => {
    const bases = fc.oneof(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.double({ min: 1, max: 1e300, noNaN: true }));
    const exponents = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }));
    fc.assert(
      fc.property(bases, exponents, (base, exponent) => {
        const expected = base ** exponent;
        if (Number.isFinite(expected)) near(power(base, exponent), expected);
        else expect(power(base, exponent)).toBeGreaterThan(1.79e308);
      }),
      { numRuns: 5000 },
    );
  });

  it("is the square root for a half, and exact where products are", () => {
    for (const base of [1, 2, 3, 1e6 + 1, 2 ** 53 - 1]) {
      expect(power(base, 0.5)).toBe(Math.sqrt(base));
      expect(power(base, 0)).toBe(1);
      expect(power(base, 1)).toBe(base);
    }
    expect(power(3, 5)).toBe(243);
    expect(power(1, 0.3)).toBe(1);
    expect(power(2, 1e300)).toBe(Number.POSITIVE_INFINITY);
  });
});
