/** Timing on noisy machines: warms up past tier-up, and reports a median and a spread. Runs in Node and browsers. */

import type { Engine } from "../../create-engine.js";
import type { Matrix } from "../../engine/matrix.js";

const PEAK_ITERATIONS = 20_000;
const FLOP_PER_ITERATION = 96;

/** A measured duration. */
export interface Timing {
  /** Median seconds of one call. */
  readonly seconds: number;
  /** (third quartile − first quartile) / median. */
  readonly spread: number;
}

/** Options of `measure`. */
export interface MeasureOptions {
  /** Timed samples; default 21. */
  readonly samples?: number;
  /** Duration of a sample, which repeats the call; default 0.01. */
  readonly sampleSeconds?: number;
  /** Duration of calls before timing, so that the engine optimises the code; default 0.15. */
  readonly warmUpSeconds?: number;
  /** Called after each sample with the finished share, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Times `call`. */
export async function measure(call: () => void, options?: MeasureOptions): Promise<Timing> {
  const [timing] = await measureInTurn([call], options);
  return timing as Timing;
}

/** Times `calls` in turn, one sample of each at a time, so that other load on the machine affects all of them. */
export async function measureInTurn(calls: readonly (() => void)[], options: MeasureOptions = {}): Promise<Timing[]> {
  const { samples = 21, sampleSeconds = 0.01, warmUpSeconds = 0.15, onProgress } = options;
  const setups = [];
  for (const call of calls) {
    await warmUp(call, warmUpSeconds);
    setups.push({ call, repetitions: repetitionsFor(call, sampleSeconds), times: [] as number[] });
  }
  for (let sample = 0; sample < samples; ++sample) {
    for (const { call, repetitions, times } of setups) {
      // Loads the data into the caches and wakes sleeping threads.
      call();
      const start = performance.now();
      for (let i = 0; i < repetitions; ++i) call();
      times.push((performance.now() - start) / 1000 / repetitions);
    }
    onProgress?.((sample + 1) / samples);
  }
  return setups.map(({ times }) => {
    const { median, spread } = summarize(times);
    return { seconds: median, spread };
  });
}

/** Repeats the call until the engine has optimised it. */
async function warmUp(call: () => void, seconds: number): Promise<void> {
  const begin = performance.now();
  for (let calls = 1; performance.now() - begin < seconds * 1000; ++calls) {
    call();
    // Optimised code arrives from another thread: give it time.
    if (calls % 64 === 0) await pause();
  }
}

/** How many calls take at least half of `seconds`. */
function repetitionsFor(call: () => void, seconds: number): number {
  for (let repetitions = 1; ; repetitions *= 2) {
    const start = performance.now();
    for (let i = 0; i < repetitions; ++i) call();
    if (performance.now() - start >= seconds * 500) return repetitions;
  }
}

/** The median, and (third quartile − first quartile) / median. */
export function summarize(values: readonly number[]): { readonly median: number; readonly spread: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] as number;
  return { median: quantile(0.5), spread: (quantile(0.75) - quantile(0.25)) / quantile(0.5) };
}

/** The limit of a core: only multiply-adds in registers, in the variant of the engine. Time it in turn with what it limits. */
export class PeakProbe {
  readonly #values: Matrix;
  readonly call: () => void;

  constructor(engine: Engine) {
    this.#values = engine.matrix(1, 64, new Float32Array(64).fill(0.5));
    const { pointer } = this.#values;
    this.call = () => engine.kernels.multiplyAddPeak(PEAK_ITERATIONS, pointer);
  }

  /** GFLOP/s of a call that takes `seconds`. */
  gflops(seconds: number): number {
    return (PEAK_ITERATIONS * FLOP_PER_ITERATION) / seconds / 1e9;
  }

  dispose(): void {
    this.#values.dispose();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
