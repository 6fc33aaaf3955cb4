/** Checks that optimised kernels compute what plain ones do, before an engine's experimental compiler is used. */

import type { Kernels, Pointer } from "./kernels.js";
import type { LinearMemory } from "./memory.js";

/** Sizes with whole tiles, half tiles and left-over columns. Sums over rows have more than one block. */
const [BATCH, INPUTS, OUTPUTS] = [40, 72, 52];
/** As many elements, but in rows so long that sums over columns also have more than one block. */
const [ROWS, COLUMNS] = [BATCH / 5, OUTPUTS * 5];
const PANELS = Math.ceil(OUTPUTS / 8);
/** Floats in each array that the kernels read and write. The weights are the largest. */
const LENGTH = Math.max(BATCH * INPUTS, BATCH * OUTPUTS, PANELS * 8 * INPUTS);
/** Optimised code arrives within milliseconds of the first calls, on a busy machine within that many calls. */
const MILLISECONDS = 400;
const ROUNDS = 60;
/** Number of calls after which to stop if the clock stands still. That takes a second or more. */
const MOST_ROUNDS = 2000;

/**
 * A kernel and its arguments: numbers, or names of those below. The list has every kernel that training, evaluation and
 * inference call, and runs each of their loops. test/wasm/self-test.test.ts lists the exceptions with reasons.
 */
const CALLS = `
denseForward b i o x w g y team
denseWeightGradient b i o -0.1 x g 1 w team
denseInputGradient b i o g w y team
sparseForward b i o starts ends indices elements w g y team
sparseForward b i 8 starts ends indices elements w g y team
sparseWeightGradient b i o -0.1 starts ends indices elements g 1 w team
sparseWeightGradient b i 10 -0.1 starts ends indices elements g 1 w team
gemm 0 0 b o i 0.5 x i w o 1 y o team
gemm 1 0 b o i 0.5 x b w o 1 y o team
gemm 0 1 b o i 0.5 x i w i 1 y o team
gemm 0 0 b o i 0.5 x i w o 0.7 y o team
transpose b i x i y b
biasAdd b o g y
biasGradient b o -0.1 g 1 y
dropout n 2147483648 2 1 2 x y
batchNormStatistics b o 1e-5 0.1 x r0 r1 r2 r3
batchNormInverse n 1e-5 x y
batchNormForward b o x w g w g y
batchNormBackward b o 1 x w g w g r0 r1 y
layerNormForward b o 1e-5 x w g r0 r1 y
layerNormBackward b o x w g w g r2 r0 r1 y
softmax m c g y
logSoftmax m c g y
softmaxCrossEntropy m c g labels 0.1 x y
weightedCrossEntropy m c g labels 0 w 0.1 w 0.1 x y
binaryCrossEntropy m c g w w w 0.1 x y
huber m c 0.5 g w w 0.1 x y
argmaxRows b o g y
exp n x y
firstOutside n -1 1.4 x
firstUnnormalized b o 1 x
labelsFromFloats b 2 x w
floatsFromLabels b labels y
gatherRows b i labels x y
gatherByteRows b i 0.004 labels x y
scale n 0.7 y
axpy n 0.7 x y
sum n x
sumOfSquares n x team
compressRows b i x 0 n starts ends w y
expandRows b i starts ends indices elements y
sgdStep n x w 0 1.1 Infinity 0 0 0.1 0 1 0 team
sgdStep n x w 0 1.1 0.5 0.01 0.01 0.1 0 1 0 team
sgdStep n x w g 1.1 Infinity 0 0 0.1 0.9 1 1 team
sgdStep n x w g 1.1 0.5 0.01 0.01 0.1 0.9 1 0 team
rmspropStep h x w g y z 1.1 Infinity 0 0 0.1 0.9 0.1 1e-5 0.9 team
rmspropStep h x w g y z 1.1 0.5 0.01 0.01 0.1 0.9 0.1 1e-5 0.9 team
adagradStep n x w g 1.1 Infinity 0 0 0.1 1e-5 team
adagradStep n x w g 1.1 0.5 0.01 0.01 0.1 1e-5 team
adamStep n x w g y 1.1 Infinity 0 0 0.1 0.99 0.9 0.1 0.99 0.01 3 1e-5 team
adamStep n x w g y 1.1 0.5 0.01 0.01 0.1 0.99 0.9 0.1 0.99 0.01 3 1e-5 team
`;

/** Arguments shared by several kernels, by the ending of the kernel's name and its number of arguments. */
const CONVENTIONS: Readonly<Record<string, string>> = {
  Forward3: "n x y",
  Forward4: "n 1 x y",
  Backward4: "n x g y",
  Backward5: "n 1 x g y",
  Error8: "m c g w w 0.1 x y",
};

/** The calls above, and those of the activations and losses not named there. */
function callsOf(kernels: Kernels): string[] {
  const written = CALLS.trim().split("\n");
  const named = new Set(written.map((line) => line.split(" ")[0]));
  const others = Object.entries(kernels).filter(([name]) => !named.has(name));
  const byConvention = others.flatMap(([name, kernel]) => {
    const { length } = kernel as { readonly length?: number };
    const ending = /(?:Forward|Backward|Error)$/.exec(name)?.[0];
    const words = CONVENTIONS[`${ending}${length}`];
    return words === undefined ? [] : [`${name} ${words}`];
  });
  return [...written, ...byConvention];
}

/**
 * Runs every kernel repeatedly until its optimised code has been in use for long, and compares all results with the first,
 * which plain code computed. Takes 0.4 s, longer on a busy machine.
 *
 * @returns the name of a kernel whose bits changed; undefined if there is none
 */
export function findChangedKernel(
  kernels: Kernels,
  memory: Pick<LinearMemory, "allocate" | "free" | "f32" | "i32">,
  team: Pointer,
): string | undefined {
  const arrays = memory.allocate(4 * LENGTH * 4);
  const [x, w, g, y] = [0, 1, 2, 3].map((index) => arrays + index * LENGTH * 4) as [number, number, number, number];
  // After the largest result of the normalizations: room for their statistics.
  const [r0, r1, r2, r3] = [0, 1, 2, 3].map((index) => y + (BATCH * INPUTS + index * 64) * 4);
  // A quarter of the arrays' values are zero, and each row of X has its own elements.
  const values = Float32Array.from({ length: 4 * LENGTH }, (_, i) => Math.max(0, Math.sin(i * i * 0.37) + 0.5));
  const starts = memory.allocate((2 * LENGTH + 2 * BATCH + 8) * 4);
  const ends = starts + BATCH * 4;
  const indices = ends + BATCH * 4;
  const elements = indices + (LENGTH + 4) * 4;
  const labels = memory.allocate(BATCH * 4);
  memory.i32(labels, BATCH).set(Array.from({ length: BATCH }, (_, row) => row));
  memory.f32(x, 4 * LENGTH).set(values);
  kernels.compressRows(BATCH, INPUTS, x, 0, LENGTH, starts, ends, indices, elements);

  const sizes = { b: BATCH, i: INPUTS, o: OUTPUTS, m: ROWS, c: COLUMNS, n: LENGTH, h: LENGTH / 2 };
  const places = { x, w, g, y, z: y + LENGTH * 2, r0, r1, r2, r3, starts, ends, indices, elements, labels, team };
  const named: Record<string, number | undefined> = { ...sizes, ...places };
  const calls = callsOf(kernels).map((line) => {
    const [name, ...words] = line.split(" ") as [string, ...string[]];
    return { name, values: words.map((word) => named[word] ?? Number(word)) };
  });

  const first: [result: unknown, bits: Int32Array][] = [];
  let changed: string | undefined;
  const begin = performance.now();
  const goesOn = (round: number) => round < ROUNDS || (round < MOST_ROUNDS && performance.now() - begin < MILLISECONDS);
  for (let round = 0; !changed && goesOn(round); ++round) {
    for (const [index, call] of calls.entries()) {
      memory.f32(arrays, 4 * LENGTH).set(values);
      const result = (kernels[call.name] as (...values: number[]) => unknown)(...call.values);
      const bits = memory.i32(arrays, 4 * LENGTH);
      const expected = first[index];
      if (!expected) first[index] = [result, bits.slice()];
      else if (result !== expected[0] || differ(bits, expected[1])) changed ??= call.name;
    }
  }
  for (const block of [arrays, starts, labels]) memory.free(block);
  return changed;
}

function differ(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return true;
  return false;
}
