/** Do optimised kernels compute what plain ones do? Asked before an engine's experimental compiler is relied on. */

import type { Kernels, Pointer } from "./kernels.js";
import type { LinearMemory } from "./memory.js";

/** Sizes with whole tiles, halves and left-over columns; sums over rows have more than one block. */
const [BATCH, INPUTS, OUTPUTS] = [40, 72, 52];
/** As many elements in rows so long that sums over columns have more than one block, too. */
const [ROWS, COLUMNS] = [BATCH / 5, OUTPUTS * 5];
const PANELS = Math.ceil(OUTPUTS / 8);
/** Floats in each of the arrays that kernels read and write here: the largest is the weights. */
const LENGTH = Math.max(BATCH * INPUTS, BATCH * OUTPUTS, PANELS * 8 * INPUTS);
/** Optimised code arrives within milliseconds of the first calls, and on a busy machine within as many calls. */
const MILLISECONDS = 400;
const ROUNDS = 60;
/** The end where the clock stands still; by then a second or more has passed. */
const MOST_ROUNDS = 2000;

/**
 * Runs every kernel over and over, until each has long been compiled with optimisation, and compares all results with the
 * first, which plain code computed. Takes 0.4 s, longer on a busy machine.
 *
 * @returns the name of a kernel whose bits changed; undefined when all is well
 */
export function findChangedKernel(
  kernels: Kernels,
  memory: Pick<LinearMemory, "allocate" | "free" | "f32" | "i32">,
  team: Pointer,
): string | undefined {
  const arrays = memory.allocate(4 * LENGTH * 4);
  const [x, w, g, y] = [0, 1, 2, 3].map((index) => arrays + index * LENGTH * 4) as [number, number, number, number];
  // Beyond the largest result of the normalizations: room for their statistics.
  const rows = [0, 1, 2, 3].map((index) => y + (BATCH * INPUTS + index * 64) * 4) as [number, number, number, number];
  // A quarter of the arrays' values are zero, and each row of X has its own elements.
  const values = Float32Array.from({ length: 4 * LENGTH }, (_, i) => Math.max(0, Math.sin(i * i * 0.37) + 0.5));
  const sparse = memory.allocate((2 * LENGTH + 2 * BATCH + 8) * 4);
  const [starts, ends] = [sparse, sparse + BATCH * 4];
  const [indices, elements] = [sparse + 2 * BATCH * 4, sparse + (2 * BATCH + LENGTH + 4) * 4];
  const labels = memory.allocate(BATCH * 4);
  memory.i32(labels, BATCH).set(Array.from({ length: BATCH }, (_, row) => row));
  memory.f32(x, 4 * LENGTH).set(values);
  kernels.compressRows(BATCH, INPUTS, x, 0, LENGTH, starts, ends, indices, elements);

  const [gemmFlags, n, k] = [
    [
      [false, false],
      [true, false],
      [false, true],
    ] as const,
    OUTPUTS,
    INPUTS,
  ];
  const tests: Record<string, () => unknown> = {
    denseForward: () => kernels.denseForward(BATCH, k, n, x, w, g, y, team),
    denseWeightGradient: () => kernels.denseWeightGradient(BATCH, k, n, -0.1, x, g, true, w, team),
    denseInputGradient: () => kernels.denseInputGradient(BATCH, k, n, g, w, y, team),
    sparseForward: () => kernels.sparseForward(BATCH, k, n, starts, ends, indices, elements, w, g, y, team),
    sparseWeightGradient: () =>
      kernels.sparseWeightGradient(BATCH, k, n, -0.1, starts, ends, indices, elements, g, true, w, team),
    gemm: () => {
      for (const [a, b] of gemmFlags) {
        kernels.gemm(a, b, BATCH, n, k, 0.5, x, a ? BATCH : k, w, b ? k : n, 1, y, n, team);
      }
    },
    transpose: () => kernels.transpose(BATCH, k, x, k, y, BATCH),
    biasAdd: () => kernels.biasAdd(BATCH, n, g, y),
    biasGradient: () => kernels.biasGradient(BATCH, n, -0.1, g, true, y),
    reluForward: () => kernels.reluForward(LENGTH, x, y),
    reluBackward: () => kernels.reluBackward(LENGTH, x, g, y),
    leakyReluForward: () => kernels.leakyReluForward(LENGTH, 0.01, x, y),
    leakyReluBackward: () => kernels.leakyReluBackward(LENGTH, 0.01, x, g, y),
    eluForward: () => kernels.eluForward(LENGTH, 1, x, y),
    eluBackward: () => kernels.eluBackward(LENGTH, 1, x, g, y),
    geluForward: () => kernels.geluForward(LENGTH, x, y),
    geluBackward: () => kernels.geluBackward(LENGTH, x, g, y),
    geluTanhForward: () => kernels.geluTanhForward(LENGTH, x, y),
    geluTanhBackward: () => kernels.geluTanhBackward(LENGTH, x, g, y),
    sigmoidForward: () => kernels.sigmoidForward(LENGTH, x, y),
    sigmoidBackward: () => kernels.sigmoidBackward(LENGTH, x, g, y),
    siluForward: () => kernels.siluForward(LENGTH, x, y),
    siluBackward: () => kernels.siluBackward(LENGTH, x, g, y),
    softplusForward: () => kernels.softplusForward(LENGTH, x, y),
    softplusBackward: () => kernels.softplusBackward(LENGTH, x, g, y),
    tanhForward: () => kernels.tanhForward(LENGTH, x, y),
    tanhBackward: () => kernels.tanhBackward(LENGTH, x, g, y),
    dropout: () => kernels.dropout(LENGTH, 2 ** 31, 2, 1, 2, x, y),
    batchNormStatistics: () => kernels.batchNormStatistics(BATCH, n, 1e-5, 0.1, x, rows[0], rows[1], rows[2], rows[3]),
    batchNormInverse: () => kernels.batchNormInverse(LENGTH, 1e-5, x, y),
    batchNormForward: () => kernels.batchNormForward(BATCH, n, x, w, g, w, g, y),
    batchNormBackward: () => kernels.batchNormBackward(BATCH, n, true, x, w, g, w, g, rows[0], rows[1], y),
    layerNormForward: () => kernels.layerNormForward(BATCH, n, 1e-5, x, w, g, rows[0], rows[1], y),
    layerNormBackward: () => kernels.layerNormBackward(BATCH, n, x, w, g, w, g, rows[2], rows[0], rows[1], y),
    softmax: () => kernels.softmax(ROWS, COLUMNS, g, y),
    logSoftmax: () => kernels.logSoftmax(ROWS, COLUMNS, g, y),
    softmaxCrossEntropy: () => kernels.softmaxCrossEntropy(ROWS, COLUMNS, g, labels, 1 / ROWS, x, y),
    argmaxRows: () => kernels.argmaxRows(BATCH, n, g, y),
    exp: () => kernels.exp(LENGTH, x, y),
    firstOutside: () => memory.i32(y, 1).fill(kernels.firstOutside(LENGTH, -1, 1.4, x)),
    firstUnnormalized: () => memory.i32(y, 1).fill(kernels.firstUnnormalized(BATCH, n, 1, x)),
    labelsFromFloats: () => memory.i32(y, 1).fill(kernels.labelsFromFloats(BATCH, 2, x, w)),
    floatsFromLabels: () => kernels.floatsFromLabels(BATCH, labels, y),
    gatherRows: () => kernels.gatherRows(BATCH, k, labels, x, y),
    gatherByteRows: () => kernels.gatherByteRows(BATCH, k, 1 / 255, labels, x, y),
    scale: () => kernels.scale(LENGTH, 0.7, y),
    axpy: () => kernels.axpy(LENGTH, 0.7, x, y),
    sum: () => memory.f32(y, 1).fill(kernels.sum(LENGTH, x)),
    compressRows: () => kernels.compressRows(BATCH, k, x, 0, LENGTH, starts, ends, w, y),
    expandRows: () => kernels.expandRows(BATCH, k, starts, ends, indices, elements, y),
  };

  const first = new Map<string, Int32Array>();
  let changed: string | undefined;
  const begin = performance.now();
  const goesOn = (round: number) => round < ROUNDS || (round < MOST_ROUNDS && performance.now() - begin < MILLISECONDS);
  for (let round = 0; !changed && goesOn(round); ++round) {
    for (const [name, run] of Object.entries(tests)) {
      memory.f32(arrays, 4 * LENGTH).set(values);
      run();
      const bits = memory.i32(arrays, 4 * LENGTH);
      const expected = first.get(name);
      if (!expected) first.set(name, bits.slice());
      else if (bits.some((word, i) => word !== expected[i])) changed ??= name;
    }
  }
  for (const block of [arrays, sparse, labels]) memory.free(block);
  return changed;
}
