/** Ends one of the engine's threads at a random moment of a training; another engine resumes from the last checkpoint. */

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { TrainingRun } from "../../src/index.js";
import type { Part } from "./part.js";

// The built library: workers run built files, as they do for users.
const { Checkpoint, createEngine, Dense, fit, loadCheckpoint, Network, ReLU, WorkerError } = (await import(
  new URL("../../build/index.js", import.meta.url).href
)) as typeof import("../../src/index.js");
const program = new URL("../../build/wasm/worker.js", import.meta.url);

/** How soon training must notice. */
const MOST_MILLISECONDS = 2000;

export const deadWorkers: Part = async ({ random, count }) => {
  const whole = await train();
  // From the fastest run: a busy machine may have slowed down any of them.
  let quickest = whole.milliseconds;
  const faults: string[] = [];
  let [tried, slowest, died] = [0, 0, 0];
  for (; tried < count; ++tried) {
    const delay = random.uniform() * quickest;
    const killed = await train({ delay });
    if (killed.error === undefined) {
      quickest = Math.min(quickest, killed.milliseconds);
      if (killed.hash !== whole.hash) faults.push(`${delay.toFixed(0)} ms: no error, and other bits`);
      continue;
    }
    ++died;
    slowest = Math.max(slowest, killed.sinceDeath);
    if (!(killed.error instanceof WorkerError)) faults.push(`${delay.toFixed(0)} ms: ${killed.error}`);
    if (killed.sinceDeath > MOST_MILLISECONDS)
      faults.push(`${delay.toFixed(0)} ms: noticed after ${killed.sinceDeath} ms`);
    const resumed = await train({ checkpoint: killed.checkpoint });
    if (resumed.hash !== whole.hash) faults.push(`${delay.toFixed(0)} ms: resumed to other bits: ${resumed.error}`);
  }
  return { tried, disturbed: died, faults, note: `${died} in time, noticed within ${slowest.toFixed(0)} ms` };
};

interface Trained {
  readonly hash?: string;
  readonly error?: unknown;
  readonly checkpoint?: Uint8Array | undefined;
  readonly milliseconds: number;
  readonly sinceDeath: number;
}

/** Trains on three threads. @param delay time after which one of them is ended */
async function train({
  delay,
  checkpoint,
}: {
  delay?: number;
  checkpoint?: Uint8Array | undefined;
} = {}): Promise<Trained> {
  const workers: Worker[] = [];
  const createWorker = () => {
    const worker = new Worker(program);
    workers.push(worker);
    return worker;
  };
  const engine = await createEngine({ seed: 5, threads: 3, variant: "simd", tile: "4x8", createWorker });
  const rows = 2000;
  const inputs = Float32Array.from({ length: rows * 64 }, () => engine.random.normal());
  const targets = Int32Array.from({ length: rows }, (_, row) => Number((inputs[row * 64] as number) > 0));
  const network = new Network(engine, [
    new Dense(64, 256),
    new ReLU(),
    new Dense(256, 256),
    new ReLU(),
    new Dense(256, 2),
  ]);
  let last = checkpoint;
  const write = (bytes: Uint8Array) => {
    last = bytes.slice();
  };
  const callbacks = [new Checkpoint({ everyBatches: 3, write })];
  const data = engine.dataset({ inputs, shape: [rows, 64], targets });
  const resume = checkpoint && loadCheckpoint(checkpoint);
  const start = performance.now();
  let diedAt = Number.POSITIVE_INFINITY;
  const ended = new AbortController();
  if (delay !== undefined) {
    pause(delay, undefined, { signal: ended.signal })
      .then(() => {
        diedAt = performance.now();
        return workers[0]?.terminate();
      })
      .catch(() => {});
  }
  try {
    const run: TrainingRun = fit(network, data, { epochs: 6, batchSize: 128, callbacks, ...(resume && { resume }) });
    await run.run();
    const hash = createHash("sha256");
    for (const { data: values } of Object.values(network.stateDict())) hash.update(values);
    return { hash: hash.digest("hex"), milliseconds: performance.now() - start, sinceDeath: 0 };
  } catch (error) {
    const now = performance.now();
    return { error, checkpoint: last, milliseconds: now - start, sinceDeath: now - diedAt };
  } finally {
    ended.abort();
    engine.dispose();
  }
}
