/** Context: the engines, threads and data for a benchmark. */

import type { DataSource, Engine, EngineOptions } from "../../index.js";

export interface Context {
  /** A new engine with the options of the command line, overridden by `options`. */
  createEngine(options?: EngineOptions): Promise<Engine>;
  /** The threads that you asked for, or those of the machine. */
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
