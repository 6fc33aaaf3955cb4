import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { createEngine, Dense, DisposedError, type Engine, Network, WorkerError } from "../../src/index.js";
import type { ThreadWorker } from "../../src/wasm/thread-worker.js";
import { runScript } from "../child.js";
import { placePanels } from "../kernels/fixture.js";

let engine: Engine | undefined;
afterEach(() => engine?.dispose());

async function start(threads: number): Promise<Engine> {
  engine = await createEngine({ threads, tile: "4x8" });
  return engine;
}

/** Enough operations for three threads, see GRAIN in assembly/runtime/threads.ts, and few enough for thousands of jobs a second. */
const [BATCH, INPUTS, OUTPUTS] = [8, 128, 96];

/** A job that counts how often it was done: each call of `step` adds BATCH to every weight, exactly. */
function counter(engine: Engine) {
  const { kernels, team } = engine;
  const x = engine.matrix(BATCH, INPUTS, new Float32Array(BATCH * INPUTS).fill(1));
  const g = engine.matrix(BATCH, OUTPUTS, new Float32Array(BATCH * OUTPUTS).fill(1));
  const weights = placePanels(engine, INPUTS, OUTPUTS, new Float32Array(INPUTS * OUTPUTS));
  return {
    step: () =>
      kernels.denseWeightGradient(BATCH, INPUTS, OUTPUTS, 1, x.pointer, g.pointer, true, weights.pointer, team),
    /** How often each weight was reached: one number if all were reached alike. */
    counts: () => [...new Set(weights.toArray().map((value) => value / BATCH))],
  };
}

describe("a start", () => {
  /** A worker of Node with this program. */
  const workerOf = (program: string) => () => new Worker(program, { eval: true }) as unknown as ThreadWorker;

  it.each([
    ["throws after it said that it is ready", "throw new Error('late')", /worker 1 of the engine failed: .*late/],
    ["ends after it said that it is ready", "process.exit()", /worker 1 of the engine failed/],
  ])("fails when a worker %s", async (_, then, message) => {
    const program = `const { parentPort } = require("node:worker_threads");
      parentPort.on("message", () => { parentPort.postMessage("ready"); setTimeout(() => { ${then} }, 20); });`;
    const started = createEngine({ threads: 2, tile: "4x8", createWorker: workerOf(program) });
    await expect(started).rejects.toThrow(WorkerError);
    await expect(started).rejects.toThrow(message);
  });
});

describe("jobs", () => {
  it.each([2, 3])("20 000 in a row are each done once, on %i threads", async (threads) => {
    const { step, counts } = counter(await start(threads));
    for (let job = 0; job < 20_000; ++job) step();
    expect(counts()).toEqual([20_000]);
  });

  it("find workers that have gone to sleep", async () => {
    const { step, counts } = counter(await start(3));
    for (let job = 0; job < 6; ++job) {
      await pause(50);
      step();
    }
    expect(counts()).toEqual([6]);
  });

  it("are not done again by a worker that is woken for nothing", async () => {
    const engine = await start(3);
    const { step, counts } = counter(engine);
    step();
    // The word that they sleep on, see `open` in assembly/runtime/threads.ts: as many parts were taken as there were, none is left.
    const open = engine.memory.i32(engine.team + 4 * 64, 1);
    const word = open[0] as number;
    expect(word >> 8).toBe(word & 255);
    for (let time = 0; time < 3; ++time) {
      await pause(50);
      Atomics.notify(open, 0);
    }
    await pause(50);
    expect(counts()).toEqual([1]);
  });

  it("reach memory that has grown since the workers were started", async () => {
    const engine = await start(3);
    const before = engine.info().memoryBytes;
    engine.memory.allocate(before + 2 ** 24);
    const { step, counts } = counter(engine);
    step();
    expect(engine.info().memoryBytes).toBeGreaterThan(2 * before);
    expect(counts()).toEqual([1]);
  });
});

describe("createEngine({ threads })", () => {
  it.each([1, 2, 5])("takes %i as requested", async (threads) => {
    expect((await start(threads)).info()).toMatchObject({ threads, threadsReason: "requested" });
  });

  it("takes a thread for each core by default, eight at most", async () => {
    const { threads, threadsReason } = (await createEngine({ tile: "4x8" })).info();
    const cores = Number(/^the machine can run (\d+) at a time/.exec(threadsReason)?.[1]);
    expect(threads).toBe(Math.min(cores, 8));
  });

  it("says that it takes eight of more", async () => {
    const { reports } = await runScript(`
      const { default: os } = await import("node:os");
      os.availableParallelism = () => 12;
      syncBuiltinESMExports();
      const { createEngine } = await load();
      const engine = await createEngine({ tile: "4x8" });
      report(engine.info());
      engine.dispose();
    `);
    const threadsReason = "the machine can run 12 at a time, of which 8 are taken unless you ask for more";
    expect(reports).toMatchObject([{ threads: 8, threadsReason }]);
  });

  it.each([0, -1, 1.5, 65, Number.NaN])("refuses %s", async (threads) => {
    const refused = createEngine({ threads });
    await expect(refused).rejects.toThrow(RangeError);
    await expect(refused).rejects.toThrow(`threads: expected "auto" or an integer from 1 to 64, got ${threads}`);
  });

  it("refuses a number that is a text", async () => {
    const refused = createEngine({ threads: "2" as never });
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow('threads: expected "auto" or an integer from 1 to 64, got the string "2"');
  });

  it("takes one thread where there is no SharedArrayBuffer, and says so", async () => {
    const { code, reports } = await runScript(`
      delete globalThis.SharedArrayBuffer;
      const { createEngine } = await load();
      report((await createEngine({ threads: 3 })).info());
    `);
    expect(reports).toMatchObject([{ threads: 1, threadsReason: "the engine has no SharedArrayBuffer" }]);
    expect(code).toBe(0);
  });

  it.each([
    [
      "cannot be made",
      "(Worker) => class { constructor() { throw new Error('no more threads'); } }",
      "no more threads",
    ],
    ["fails at once", startWith("throw new Error('broken')"), "worker 1 of the engine failed: broken"],
    ["ends at once", startWith("process.exit()"), "worker 1 of the engine failed: it ended"],
  ])("takes one thread when a worker %s, says so, and trains", async (_, replacement, reason) => {
    const { code, stderr, reports, millisecondsToExit } = await runScript(`
      replaceWorker(${replacement});
      const { createEngine } = await load();
      const engine = await createEngine({ threads: 2 });
      ${training()}
      train(10);
      report(engine.info());
    `);
    expect(stderr).toBe("");
    const threadsReason = `workers could not be started: ${reason}`;
    expect(reports).toMatchObject([{ threads: 1, threadsReason }]);
    expect(code).toBe(0);
    expect(millisecondsToExit).toBeLessThan(2000);
  });
});

/** A `Worker` that runs another program. */
function startWith(program: string): string {
  const url = JSON.stringify(`data:text/javascript,${encodeURIComponent(program)}`);
  return `(Worker) => class extends Worker { constructor(url, options) { super(new URL(${url}), options); } }`;
}

/** For scripts with an `engine`: a network whose products are split, and its training. With 20 000 units, parts take milliseconds. */
const training = (units = 96) => `
  const { Dense, Network, ReLU, fit } = await load();
  const network = new Network(engine, [new Dense(100, ${units}), new ReLU(), new Dense(${units}, 10)]);
  const inputs = Float32Array.from({ length: 6400 }, (_, i) => (i * 7919) % 1000 / 1000);
  const targets = Int32Array.from({ length: 64 }, (_, i) => i % 10);
  const data = engine.dataset({ inputs, shape: [64, 100], targets });
  const [x, y] = [engine.matrix(64, 100, inputs), engine.labels(targets)];
  function train(steps) {
    for (let step = 0; step < steps; ++step) network.train(x, y);
  }
`;

describe("the end of an engine", () => {
  it.each([
    ["that was disposed of", "engine.dispose();"],
    ["that was not", ""],
  ])("the process of one %s ends by itself", async (_, ending) => {
    const { code, stderr, reports, millisecondsToExit } = await runScript(`
      const { createEngine } = await load();
      const engine = await createEngine({ threads: 3 });
      ${training()}
      train(100);
      ${ending}
      report(engine.info().threads);
    `);
    expect(stderr).toBe("");
    expect(reports).toEqual([3]);
    expect(code).toBe(0);
    expect(millisecondsToExit).toBeLessThan(2000);
  });

  it.each([1, 2])(
    "networks of one with %i threads refuse to compute afterwards; what they learned can be read",
    async (threads) => {
      const engine = await start(threads);
      const [x, y] = [engine.matrix(1, 2, [1, 2]), engine.labels([1])];
      const network = new Network(engine, [new Dense(2, 3)]);
      network.train(x, y);
      const before = network.stateDict();
      engine.dispose();
      for (const use of [
        () => network.predict(x),
        () => network.logits(x),
        () => network.train(x, y),
        () => network.gradients(x, y),
        () => network.step(),
        () => new Network(engine, [new Dense(2, 3)]),
        () => engine.matrix(1, 2),
      ]) {
        expect(use).toThrow(new DisposedError("the engine was used after it was disposed of"));
      }
      expect(network.stateDict()).toEqual(before);
      network.dispose();
    },
  );

  it("its workers end once it is collected, and not while a network of it is left", async () => {
    const { code, stderr, reports } = await runScript(`
      import v8 from "node:v8";
      import vm from "node:vm";
      v8.setFlagsFromString("--expose-gc");
      const gc = vm.runInNewContext("gc");
      const { createEngine, Dense, Network } = await load();
      let ended = 0;
      // Not within make: a listener there would hold all that the step of the network holds.
      const count = () => ++ended;
      const make = async () => {
        const engine = await createEngine({ threads: 2 });
        workers.at(-1).once("exit", count);
        const network = new Network(engine, [new Dense(256, 256), new Dense(256, 4)]);
        const step = () => network.train(engine.matrix(64, 256, new Float32Array(64 * 256)), engine.labels(new Array(64).fill(1)));
        step();
        return { step, matrix: engine.matrix(2, 2, [1, 2, 3, 4]) };
      };
      const { step } = await make();
      const { matrix } = await make();
      await make();
      for (let round = 0; round < 100 && ended < 2; ++round) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      step();
      report([workers.length, ended, [...matrix.data]]);
    `);
    expect(stderr).toBe("");
    expect(reports).toEqual([[3, 2, [1, 2, 3, 4]]]);
    expect(code).toBe(0);
  });

  it("a job that needs its workers throws afterwards", async () => {
    const engine = await start(3);
    const { step } = counter(engine);
    step();
    engine.dispose();
    engine.dispose();
    expect(step).toThrow(DisposedError);
    expect(() => engine.csr(0, 1, { indptr: [0], indices: [], values: [] })).toThrow(DisposedError);
  });
});

describe("a worker that ends while it is needed", () => {
  it.each([
    [
      "between two steps of fit",
      "for await (const _ of fit(network, data, { epochs: 1e9 }));",
      "setTimeout(end, 200);",
      1000,
    ],
    // The clock is looked at when the last parts are waited for: they are in the middle of their work.
    [
      "in the middle of a part",
      "for (;;) await new Promise(setImmediate).then(() => train(2));",
      "performance.now = () => (end(), now());",
      1000,
    ],
    [
      "in the middle of a part, while the clock stands still",
      "for (;;) await new Promise(setImmediate).then(() => train(2));",
      "const still = now(); performance.now = () => (end(), still);",
      // Naps count the time, however long the system makes them.
      20_000,
    ],
  ])("makes training throw a WorkerError: %s", async (_, loop, trigger, milliseconds) => {
    const { code, stderr, reports } = await runScript(`
      const { createEngine, WorkerError } = await load();
      const engine = await createEngine({ threads: 3 });
      ${training(20_000)}
      train(10);
      const now = performance.now.bind(performance);
      let ended;
      function end() {
        ended ??= now();
        for (const worker of workers.splice(0)) worker.terminate();
      }
      ${trigger}
      try {
        ${loop}
      } catch (error) {
        report({ isWorkerError: error instanceof WorkerError, message: error.message });
        report(now() - ended);
      }
      try {
        train(1);
      } catch (error) {
        report({ isWorkerError: error instanceof WorkerError, message: error.message });
      }
    `);
    expect(stderr).toBe("");
    const message = expect.stringMatching(
      /^layer \d \(Dense\): (worker \d|a worker) of the engine (failed: it ended|stopped)/,
    );
    const failed = { isWorkerError: true, message };
    expect(reports).toEqual([failed, expect.any(Number), failed]);
    expect(reports[1]).toBeLessThan(milliseconds);
    expect(code).toBe(0);
  });
});
