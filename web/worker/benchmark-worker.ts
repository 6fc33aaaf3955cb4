/** The worker of the Benchmark tab. Runs one benchmark. */

import { benchPage } from "../../src/app/benchmark/page.js";
import { parseMnist } from "../../src/digits/mnist.js";
import { createEngine, type EngineOptions } from "../../src/index.js";
import type { BenchmarkMessage, BenchmarkRequest } from "../protocol/benchmark.js";
import { tellOfLife } from "./life.js";
import { downloadMnist } from "./mnist-download.js";
import { createWorker } from "./page-thread.js";

tellOfLife((lock) => postMessage({ lock }));

const post = (message: BenchmarkMessage) => postMessage(message);
/** Least time between progress messages: drawing would disturb a measurement that uses all cores. */
const MILLISECONDS = 500;

addEventListener("message", async ({ data }: MessageEvent<BenchmarkRequest>) => {
  try {
    await measure(data);
    post({ kind: "end" });
  } catch (error) {
    post({ kind: "end", error: (error as Error).message });
  }
});

async function measure({ parts, variant, base }: BenchmarkRequest): Promise<void> {
  // Requested, so that the engine says why it is impossible instead of "not requested".
  const engine = await createEngine({ variant, revectorize: true, createWorker });
  const info = engine.info();
  engine.dispose();
  post({ kind: "engine", info });
  const context = {
    createEngine: (options?: EngineOptions) => createEngine({ variant, createWorker, ...options }),
    threads: info.threads,
    loadMnist: async () => {
      const { files } = await downloadMnist(base, () => {});
      return parseMnist(files, { dtype: "uint8" }).train;
    },
  };
  let told = 0;
  const onProgress = (share: number) => {
    const now = performance.now();
    if (now - told < MILLISECONDS) return;
    told = now;
    post({ kind: "progress", share });
  };
  for await (const result of benchPage(context, { parts, onProgress })) post({ kind: "result", result });
}
