/** `kernels`: times kernels that are limited by memory, and compares each with a copy of as many bytes. */

import type { Engine } from "../../index.js";
import { type Context, randomNumbers } from "./context.js";
import { type MeasureOptions, measureInTurn } from "./measure.js";

/** One line of the benchmark. */
export interface KernelResult {
  readonly bench: "kernels";
  readonly kernel: string;
  readonly elements: number;
  /** Bytes read and written per second. */
  readonly gbPerSecond: number;
  /** The same for a copy that reads and writes as many bytes in total. */
  readonly copyGbPerSecond: number;
  readonly copyShare: number;
  readonly spread: number;
}

/** Rows of 256 columns: arrays of 32 KiB, which fit into the caches, and of 16 MiB. */
const SIZES = [32, 16_384];
const COLUMNS = 256;

/** Yields a line for each kernel and size. Measures each in turn with its copy. */
export async function* benchKernels(
  { createEngine }: Context,
  sizes: readonly number[] = SIZES,
  options: MeasureOptions = {},
): AsyncGenerator<KernelResult> {
  const engine = await createEngine();
  for (const rows of sizes) {
    const elements = rows * COLUMNS;
    for (const { kernel, bytes, call, copy } of prepare(engine, rows)) {
      const [timing, copyTiming] = (await measureInTurn([call, copy], options)) as [Timing, Timing];
      const gbPerSecond = bytes / timing.seconds / 1e9;
      const copyGbPerSecond = bytes / copyTiming.seconds / 1e9;
      const copyShare = gbPerSecond / copyGbPerSecond;
      yield { bench: "kernels", kernel, elements, gbPerSecond, copyGbPerSecond, copyShare, spread: timing.spread };
    }
  }
  engine.dispose();
}

type Timing = Awaited<ReturnType<typeof measureInTurn>>[number];

interface KernelCall {
  readonly kernel: string;
  /** Bytes read and written. */
  readonly bytes: number;
  call(): void;
  /** Moves half of `bytes`. */
  copy(): void;
}

function prepare(engine: Engine, m: number): KernelCall[] {
  const { kernels: k, memory } = engine;
  const n = COLUMNS;
  const length = m * n;
  const [x, y, z] = [0, 1, 2].map(() => memory.allocate((length + 4) * 4)) as [number, number, number];
  const from = memory.allocate(length * 8);
  const to = memory.allocate(length * 8);
  const [order, labels, starts, ends] = [0, 1, 2, 3].map(() => memory.allocate(m * 4)) as [
    number,
    number,
    number,
    number,
  ];
  for (const address of [x, y, z]) memory.f32(address, length).set(randomNumbers(engine, length));
  for (const address of [order, labels])
    memory.i32(address, m).set(Array.from({ length: m }, (_, row) => (row * 7) % m));
  memory.i32(labels, m).forEach((label, row, all) => {
    all[row] = label % n;
  });
  const first = memory.allocate(4);
  memory.i32(first, 1).fill(0);
  /** `words`: floats read and written. */
  const entry = (kernel: string, words: number, call: () => void): KernelCall => ({
    kernel,
    bytes: words * 4,
    call,
    copy: () => k.gatherRows(1, Math.floor(words / 2), first, from, to),
  });
  k.compressRows(m, n, x, 0, length, starts, ends, y, z);
  return [
    entry("reluForward", 2 * length, () => k.reluForward(length, x, y)),
    entry("reluBackward", 3 * length, () => k.reluBackward(length, x, z, y)),
    entry("biasAdd", 2 * length, () => k.biasAdd(m, n, z, y)),
    entry("biasGradient", length, () => k.biasGradient(m, n, 1e-9, x, true, y)),
    entry("softmax", 2 * length, () => k.softmax(m, n, x, y)),
    entry("logSoftmax", 2 * length, () => k.logSoftmax(m, n, x, y)),
    entry("softmaxCrossEntropy", 2 * length, () => k.softmaxCrossEntropy(m, n, x, labels, 1, z, y)),
    entry("argmaxRows", length, () => k.argmaxRows(m, n, x, z)),
    entry("exp", 2 * length, () => k.exp(length, x, y)),
    entry("gatherRows", 2 * length, () => k.gatherRows(m, n, order, x, y)),
    entry("gatherByteRows", 1.25 * length, () => k.gatherByteRows(m, n, 1 / 255, order, x, y)),
    entry("scale", 2 * length, () => k.scale(length, 1, y)),
    entry("axpy", 3 * length, () => k.axpy(length, 1e-9, x, y)),
    entry("sum", length, () => k.sum(length, x)),
    entry("transpose", 2 * length, () => k.transpose(m, n, x, n, y, m)),
    entry("compressRows", 3 * length, () => k.compressRows(m, n, x, 0, length, starts, ends, y, z)),
    entry("expandRows", 3 * length, () => k.expandRows(m, n, starts, ends, y, z, to)),
  ];
}
