/** What a benchmark is given: engines with the options of the command line, and data. Free of Node. */

import type { DataSource, Engine, EngineOptions } from "../../index.js";

export interface Context {
  /** A new engine: `options` on top of the command line's. */
  createEngine(options?: EngineOptions): Promise<Engine>;
  /** Threads asked for, or the machine's. */
  readonly threads: number;
  /** MNIST's 50 000 training rows. */
  loadMnist(): Promise<DataSource>;
}

/** A matrix of numbers in [−0.5, 0.5). */
export function randomMatrix(engine: Engine, rows: number, columns: number) {
  return engine.matrix(rows, columns, randomNumbers(engine, rows * columns));
}

/** Numbers in [−0.5, 0.5). */
export function randomNumbers({ random }: Engine, length: number): Float32Array {
  return Float32Array.from({ length }, () => random.uniform() - 0.5);
}
