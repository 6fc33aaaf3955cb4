/** `memory`: 20 000 training steps of the MNIST example network must not grow linear memory or the JavaScript heap. */

import { createNetwork } from "../src/app/benchmark/train.js";
import type { Engine } from "../src/index.js";

/** Bytes added between the end of the warm-up and the end of the steps. */
export interface MemoryResult {
  readonly bench: "memory";
  readonly steps: number;
  readonly linearMemoryBytes: number;
  readonly heapBytes: number;
}

/** @param heapBytes the heap's size after a garbage collection */
export function benchMemory(engine: Engine, heapBytes: () => number, steps = 20_000): MemoryResult {
  const network = createNetwork(engine, [784, 100, 200, 10]);
  const x = engine.matrix(
    32,
    784,
    Float32Array.from({ length: 32 * 784 }, () => engine.random.uniform()),
  );
  const y = engine.labels(Int32Array.from({ length: 32 }, (_, i) => i % 10));
  const train = (count: number) => {
    for (let step = 0; step < count; ++step) network.train(x, y);
  };
  train(2000);
  const before = { linear: engine.memory.bytesInUse + engine.memory.byteLength, heap: heapBytes() };
  train(steps);
  const linearMemoryBytes = engine.memory.bytesInUse + engine.memory.byteLength - before.linear;
  const result = { bench: "memory" as const, steps, linearMemoryBytes, heapBytes: heapBytes() - before.heap };
  network.dispose();
  x.dispose();
  y.dispose();
  return result;
}
