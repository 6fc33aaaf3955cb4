import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, VARIANTS } from "./fixture.js";

/** The kernel's hash, in integers of any size. */
function hash(index: number, key: number, key2: number): number {
  const multiply = (a: number, b: number) => Number((BigInt(a) * BigInt(b)) % 2n ** 32n);
  const mix = (value: number) => {
    let x = multiply((value ^ (value >>> 16)) >>> 0, 0x7feb352d);
    x = multiply((x ^ (x >>> 15)) >>> 0, 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  };
  return mix((mix((index + key) % 2 ** 32) ^ key2) >>> 0);
}

describe.each(VARIANTS)("dropout kernel (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  function dropout(x: ArrayLike<number>, keep: number, key: number, key2: number, inPlace = false): Float32Array {
    const input = new Guarded(engine, x, true);
    const output = inPlace ? input : new Guarded(engine, new Float32Array(x.length).fill(Number.NaN), true);
    engine.kernels.dropout(x.length, keep * 2 ** 32, 1 / keep, key, key2, input.pointer, output.pointer);
    const result = output.values.slice();
    for (const array of new Set([input, output])) array.release();
    return result;
  }

  it.each(EDGE_SIZES)("drops by the hash of key and number, %i elements", (n) => {
    const x = numbers(n, 50);
    const [key, key2] = [0xfffffff0, 0x12345678];
    const expected = x.map((value, i) => (hash(i, key, key2) < 0.75 * 2 ** 32 ? value / 0.75 : 0));
    for (const inPlace of [false, true]) expectClose(dropout(x, 0.75, key, key2, inPlace), expected, 0, 2 ** -22);
  });

  it("a dropped NaN is gone", () => {
    const y = dropout(new Float32Array(64).fill(Number.NaN), 0.5, 1, 2);
    expect(y.some((value) => value === 0)).toBe(true);
    expect(y.every((value) => value === 0 || Number.isNaN(value))).toBe(true);
  });

  it("drops its share, whatever the key, and neighbours and keys independently", () => {
    const n = 1 << 16;
    const ones = new Float32Array(n).fill(1);
    // Five standard deviations of the mean of n independent draws.
    const close = (share: number, expected: number) =>
      expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / n));
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / n;
    for (const keep of [0.1, 0.5, 0.9]) {
      const masks = [
        [0, 0],
        [1, 0],
        [0, 1],
        [0xffffffff, 7],
      ].map(([a = 0, b = 0]) => dropout(ones, keep, a, b).map((value) => Number(value > 0)));
      for (const [index, mask] of masks.entries()) {
        close(mean(mask), keep);
        for (const lag of [1, 2, 3, 4, 64, 1024]) {
          close(mean(mask.map((value, i) => value * (mask[(i + lag) % n] as number))), keep ** 2);
        }
        for (const other of masks.slice(index + 1)) {
          close(mean(mask.map((value, i) => value * (other[i] as number))), keep ** 2);
        }
      }
    }
  });
});
