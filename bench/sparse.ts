/** `sparse`: compares a first layer's sparse and dense products by input density, and finds where they take equally long. */

import { type Context, randomMatrix, randomNumbers } from "../src/app/benchmark/context.js";
import { type MeasureOptions, measureInTurn } from "../src/app/benchmark/measure.js";
import type { Engine } from "../src/index.js";

/** One density. Times are for forward product and weight step together; the sparse time includes compressing a dense input. */
export interface SparseResult {
  readonly bench: "sparse";
  readonly inputs: number;
  readonly outputs: number;
  readonly batch: number;
  readonly density: number;
  readonly sparseMicroseconds: number;
  readonly compressMicroseconds: number;
  readonly denseMicroseconds: number;
  /** Dense over sparse. */
  readonly ratio: number;
}

/** The density at which both take equally long. */
export interface CrossingResult {
  readonly bench: "sparse";
  readonly inputs: number;
  readonly outputs: number;
  readonly batch: number;
  readonly crossing: number;
}

const SHAPES = [
  [784, 100, 32],
  [4096, 256, 64],
] as const;
const DENSITIES = [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/** Yields a line per shape and density, and one per shape with its crossover. */
export async function* benchSparse(
  { createEngine }: Context,
  shapes: readonly (readonly [number, number, number])[] = SHAPES,
  densities: readonly number[] = DENSITIES,
  options: MeasureOptions = {},
): AsyncGenerator<SparseResult | CrossingResult> {
  for (const [inputs, outputs, batch] of shapes) {
    const engine = await createEngine();
    const results: SparseResult[] = [];
    for (const density of densities) {
      const calls = prepare(engine, inputs, outputs, batch, density);
      const [dense, sparse, compress] = (await measureInTurn(calls, options)).map(({ seconds }) => seconds * 1e6) as [
        number,
        number,
        number,
      ];
      results.push({
        bench: "sparse",
        inputs,
        outputs,
        batch,
        density,
        sparseMicroseconds: sparse + compress,
        compressMicroseconds: compress,
        denseMicroseconds: dense,
        ratio: dense / (sparse + compress),
      });
      yield results.at(-1) as SparseResult;
    }
    engine.dispose();
    yield { bench: "sparse", inputs, outputs, batch, crossing: findCrossing(results) };
  }
}

/** Times forward product and weight step, dense and sparse, and the compression. */
function prepare(engine: Engine, inputs: number, outputs: number, batch: number, density: number): (() => void)[] {
  const { kernels, memory, team, random } = engine;
  const values = randomNumbers(engine, batch * inputs).map((value) => (random.uniform() < density ? value : 0));
  const x = engine.matrix(batch, inputs, values).pointer;
  const g = randomMatrix(engine, batch, outputs).pointer;
  const y = engine.matrix(batch, outputs).pointer;
  const padded = Math.ceil(outputs / 8) * 8;
  const [weights, bias] = [randomMatrix(engine, padded, inputs).pointer, randomMatrix(engine, 1, padded).pointer];
  const limit = batch * inputs;
  const [starts, ends] = [memory.allocate(batch * 4), memory.allocate(batch * 4)];
  const [indices, elements] = [memory.allocate((limit + 3) * 4), memory.allocate((limit + 3) * 4)];
  const compress = () => kernels.compressRows(batch, inputs, x, 0, limit, starts, ends, indices, elements);
  compress();
  // So small a step that the weights do not change.
  const alpha = 1e-12;
  return [
    () => {
      kernels.denseForward(batch, inputs, outputs, x, weights, bias, y, team);
      kernels.denseWeightGradient(batch, inputs, outputs, alpha, x, g, true, weights, team);
    },
    () => {
      kernels.sparseForward(batch, inputs, outputs, starts, ends, indices, elements, weights, bias, y, team);
      kernels.sparseWeightGradient(
        batch,
        inputs,
        outputs,
        alpha,
        starts,
        ends,
        indices,
        elements,
        g,
        true,
        weights,
        team,
      );
    },
    compress,
  ];
}

/** Interpolated between the last density at which sparse is faster and the next; 1 if it always is. */
function findCrossing(results: readonly SparseResult[]): number {
  const index = results.findIndex(({ ratio }) => ratio < 1);
  const [before, after] = [results[index - 1], results[index]];
  if (!after) return 1;
  if (!before) return 0;
  return before.density + ((after.density - before.density) * (before.ratio - 1)) / (before.ratio - after.ratio);
}
