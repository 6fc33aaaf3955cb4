/** Timing that can be trusted on a noisy machine: warmed up past tier-up, medians, a spread. Runs in Node and browsers. */

import type { Engine } from "../src/engine.js";

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
  /** A sample calls often enough to last this long; default 0.01. */
  readonly sampleSeconds?: number;
  /** Called without being timed, so that the engine compiles with optimisation; default 0.15. */
  readonly warmUpSeconds?: number;
}

/** Times `call`. */
export async function measure(
  call: () => void,
  { samples = 21, sampleSeconds = 0.01, warmUpSeconds = 0.15 }: MeasureOptions = {},
): Promise<Timing> {
  let calls = 0;
  const begin = performance.now();
  do {
    call();
    ++calls;
    // The optimised code arrives from another thread: give it a chance to.
    if (calls % 64 === 0) await pause();
  } while (performance.now() - begin < warmUpSeconds * 1000);
  await pause();
  const repetitions = Math.max(1, Math.round((sampleSeconds * calls * 1000) / (performance.now() - begin)));
  const times = Array.from({ length: samples }, () => {
    const start = performance.now();
    for (let i = 0; i < repetitions; ++i) call();
    return (performance.now() - start) / 1000 / repetitions;
  });
  const { median, spread } = summarize(times);
  return { seconds: median, spread };
}

/** The median, and (third quartile − first quartile) / median. */
export function summarize(values: readonly number[]): { readonly median: number; readonly spread: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] as number;
  return { median: quantile(0.5), spread: (quantile(0.75) - quantile(0.25)) / quantile(0.5) };
}

/** GFLOP/s of one core doing nothing but multiply-adds in registers, in this engine's variant. */
export async function measurePeak(engine: Engine): Promise<number> {
  const values = engine.matrix(1, 64, new Float32Array(64).fill(0.5));
  const iterations = 20_000;
  const { seconds } = await measure(() => engine.kernels.multiplyAddPeak(iterations, values.pointer));
  values.dispose();
  return (96 * iterations) / seconds / 1e9;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
