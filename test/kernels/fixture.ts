/** What the kernel tests share: every variant the machine runs, guarded memory, tolerances that follow from k. */

import { createHash } from "node:crypto";
import { expect } from "vitest";
import { createEngine, type Engine } from "../../src/create-engine.js";
import { PanelMatrix } from "../../src/engine/panel-matrix.js";
import type { Variant } from "../../src/wasm/variant.js";

/** Sizes at which a vector, a panel or a tile begins, ends or is left over. */
export const EDGE_SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127];

/** Both binaries: Node 20 is started with the flag for the relaxed one, newer engines have it. */
export const VARIANTS: readonly Variant[] = ["simd", "relaxed"];

/** Floats of a value that no kernel may change, on either side of an array. */
const GUARD = 32;
const GUARD_VALUE = 1234.5;

/** An engine of one thread unless a test wants more. */
export async function createTestEngine(variant: Variant, threads = 1): Promise<Engine> {
  return createEngine({ variant, seed: 7, threads });
}

/** An array in linear memory between two guard bands, its address a multiple of 4 but, with `misaligned`, not of 16. */
export class Guarded {
  readonly pointer: number;
  readonly #engine: Engine;
  readonly #block: number;
  readonly #length: number;
  readonly #before: number;

  constructor(engine: Engine, values: ArrayLike<number>, misaligned = false) {
    this.#engine = engine;
    this.#length = values.length;
    this.#before = GUARD + (misaligned ? 1 : 0);
    this.#block = engine.memory.allocate((values.length + this.#before + GUARD) * 4);
    this.#all().fill(GUARD_VALUE);
    this.pointer = this.#block + this.#before * 4;
    this.values.set(values);
  }

  get values(): Float32Array {
    return this.#engine.memory.f32(this.pointer, this.#length);
  }

  /** Asserts that nothing was written beside the array, and frees it. */
  release(): void {
    const all = this.#all();
    const outside = [...all.subarray(0, this.#before), ...all.subarray(this.#before + this.#length)];
    expect(outside.every((value) => value === GUARD_VALUE)).toBe(true);
    this.#engine.memory.free(this.#block);
  }

  #all(): Float32Array {
    return this.#engine.memory.f32(this.#block, this.#length + this.#before + GUARD);
  }
}

/** Weights or a bias in linear memory. */
export function placePanels(engine: Engine, inputs: number, outputs: number, values: Float32Array): PanelMatrix {
  const matrix = new PanelMatrix(engine.memory, inputs, outputs);
  matrix.set(values);
  return matrix;
}

/** Whether the columns that pad the last panel are still zero. */
export function paddingIsZero(engine: Engine, matrix: PanelMatrix): boolean {
  const floats = engine.memory.f32(matrix.pointer, matrix.length);
  const last = matrix.columns % 8;
  return last === 0 || floats.slice(-matrix.rows * 8).every((value, i) => i % 8 < last || value === 0);
}

/** SHA-256 of the arrays' bits. */
export function fingerprint(...arrays: readonly Float32Array[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex");
}

/** n values in [−1, 1), the same for the same seed. */
export function numbers(n: number, seed = 1): Float32Array {
  let state = seed * 2654435761 + 12345;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The rounding error a float32 sum of k products of values in [−1, 1] may have: k roundings of half an ULP each. */
export function sumTolerance(k: number): number {
  return (k + 2) * 2 ** -24 * Math.max(1, Math.sqrt(k));
}

/** Asserts |got − expected| ≤ atol + rtol·|expected| for each element. */
export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, atol: number, rtol: number): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < expected.length; ++i) {
    const [value, wanted] = [got[i] as number, expected[i] as number];
    const close =
      Object.is(value, wanted) || value === wanted || Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted);
    if (!close) expect.fail(`element ${i}: expected ${wanted} ± ${atol + rtol * Math.abs(wanted)}, got ${value}`);
  }
}
