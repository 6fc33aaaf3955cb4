import v8 from "node:v8";
import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocation } from "../../src/engine/allocation.js";
import {
  Adam,
  BatchNorm,
  CsrMatrix,
  createEngine,
  Dataset,
  Dense,
  DisposedError,
  type Engine,
  iterateMinibatches,
  Labels,
  Matrix,
  Network,
  Parameter,
  ReLU,
} from "../../src/index.js";
import { LinearMemory } from "../../src/wasm/memory.js";

const makeMemory = (pages = 1) => new WebAssembly.Memory({ initial: pages, maximum: 4 });

describe("LinearMemory", () => {
  it("hands out aligned blocks that do not overlap, and grows", () => {
    const memory = new LinearMemory(makeMemory(), 1000);
    const blocks = [1, 64, 65, 100_000].map((bytes) => ({ pointer: memory.allocate(bytes), bytes }));
    for (const [index, { pointer, bytes }] of blocks.entries()) {
      expect(pointer % 64).toBe(0);
      expect(pointer).toBeGreaterThanOrEqual(1000);
      for (const other of blocks.slice(0, index)) expect(other.pointer + other.bytes).toBeLessThanOrEqual(pointer);
      expect(pointer + bytes).toBeLessThanOrEqual(memory.byteLength);
    }
  });

  it("says how far it could not grow, and stays usable", () => {
    const memory = new LinearMemory(makeMemory(), 0);
    expect(() => memory.allocate(2 ** 24)).toThrow("cannot grow by 15.9 MiB beyond 0.1 MiB");
    expect(memory.allocate(64)).toBe(0);
  });

  it.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, undefined, null, "8", 8n, Symbol("8"), [8], {}])(
    "refuses anything but a number of bytes, and stays usable",
    (bytes) => {
      const memory = new LinearMemory(makeMemory(), 64);
      expect(() => memory.allocate(bytes as never)).toThrow(
        /^linear memory: bytes: expected (a number|an integer) ?.*, got /,
      );
      expect(memory.allocate(10)).toBe(64);
      expect(memory.bytesInUse).toBe(64);
    },
  );

  it("gives back all blocks of work that fails, those of work within it too, and keeps those of work that does not", () => {
    const memory = new LinearMemory(makeMemory(), 64);
    const block = () => new Allocation(memory, 10, "a block");
    const kept = memory.allOrNothing(() => [block(), block()]);
    const gone: Allocation[] = [];
    const fail = () => {
      gone.push(...memory.allOrNothing(() => [block(), block()]), block());
      throw new Error("half-way");
    };
    expect(() => memory.allOrNothing(fail)).toThrow("half-way");
    expect(memory.bytesInUse).toBe(128);
    // Another block may lie there by now.
    for (const each of gone) each.dispose();
    expect(() => gone[0]?.pointer).toThrow(DisposedError);
    for (const each of kept) each.dispose();
    expect(memory.bytesInUse).toBe(0);
  });

  it("refuses to free what is not in use", () => {
    const memory = new LinearMemory(makeMemory(), 64);
    const pointer = memory.allocate(10);
    memory.free(pointer);
    expect(() => memory.free(pointer)).toThrow(RangeError);
    expect(() => memory.free(pointer + 4)).toThrow(RangeError);
  });

  it("any order of allocating and freeing keeps blocks apart and gives everything back", () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constant("free" as const)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (actions) => {
        const memory = new LinearMemory(makeMemory(), 64);
        const live: { pointer: number; bytes: number }[] = [];
        for (const action of actions) {
          if (action === "free") {
            const [block] = live.splice(Math.floor(live.length / 2), 1);
            if (block) memory.free(block.pointer);
            continue;
          }
          if (memory.bytesInUse + action > 200_000) continue;
          const pointer = memory.allocate(action);
          for (const block of live) {
            expect(pointer + action <= block.pointer || block.pointer + block.bytes <= pointer).toBe(true);
          }
          live.push({ pointer, bytes: action });
        }
        for (const { pointer } of live) memory.free(pointer);
        expect(memory.bytesInUse).toBe(0);
        // One block again: the largest size that fits is the whole.
        if (memory.byteLength === 65536) expect(memory.allocate(65536 - 64)).toBe(64);
      }),
    );
  });

  it("training steps leave linear memory flat, evaluation gives back what it took", async () => {
    const engine = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(20, 30), new ReLU(), new Dense(30, 3)]);
    const inputs = Float32Array.from({ length: 70 * 20 }, () => engine.random.uniform());
    const targets = Int32Array.from({ length: 70 }, (_, i) => i % 3);
    const data = engine.dataset({ inputs, shape: [70, 20], targets });
    const x = engine.matrix(
      32,
      20,
      Float32Array.from({ length: 640 }, () => engine.random.uniform()),
    );
    const y = engine.labels(Int32Array.from({ length: 32 }, (_, i) => i % 3));
    network.train(x, y);
    network.evaluate(data);
    const before = [engine.memory.bytesInUse, engine.memory.byteLength];
    for (let step = 0; step < 2000; ++step) network.train(x, y);
    for (let i = 0; i < 20; ++i) network.evaluate(data);
    expect([engine.memory.bytesInUse, engine.memory.byteLength]).toEqual(before);
  });

  it("training steps leave the JavaScript heap flat: less than 20 bytes a step", async () => {
    const engine = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(20, 30), new ReLU(), new Dense(30, 3)]);
    const x = engine.matrix(32, 20, new Float32Array(640).fill(0.5));
    const y = engine.labels(new Int32Array(32).fill(1));
    const train = (steps: number) => {
      for (let step = 0; step < steps; ++step) network.train(x, y);
    };
    train(5000);
    const before = collectedHeapBytes();
    train(10_000);
    expect(collectedHeapBytes() - before).toBeLessThan(200_000);
  });
});

describe("what needs several blocks holds all of them or none", () => {
  /** An engine whose memory has room for so many bytes. */
  async function engineWith(bytes: number): Promise<Engine> {
    const { kernels, random, team } = await createEngine({ threads: 1, variant: "simd", tile: "4x8" });
    const memory = new LinearMemory(makeMemory(), 4 * 65536 - bytes);
    return { kernels, random, team, memory, checkAlive: () => {} } as unknown as Engine;
  }
  const source = { inputs: new Float32Array(4096).fill(1), shape: [1024, 4], targets: new Int32Array(1024) };

  it.each<[string, number, (engine: Engine) => unknown]>([
    ["CsrMatrix", 10_000, ({ memory }) => new CsrMatrix(memory, 10, 10, 2000)],
    ["BatchNorm", 20_000, (engine) => new BatchNorm(1024).attach(engine, 1024)],
    ["Dataset", 18_000, ({ kernels, memory }) => new Dataset(kernels, memory, source)],
    ["Network", 36_000, (engine) => new Network(engine, [new Dense(4, 4), new Dense(4, 2000)])],
  ])("%s", async (_, bytes, make) => {
    const engine = await engineWith(bytes);
    expect(() => make(engine)).toThrow("linear memory: cannot grow");
    expect(engine.memory.bytesInUse).toBe(0);
  });

  it("an optimizer", async () => {
    const engine = await engineWith(20_000);
    const parameters = [new Parameter(engine, "slope", [2000])];
    const before = engine.memory.bytesInUse;
    expect(() => new Adam().attach(engine, parameters)).toThrow("linear memory: cannot grow");
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it("a minibatch", async () => {
    const engine = await engineWith(43_000);
    const inputs = new Matrix(engine.memory, 1024, 4, source.inputs);
    const targets = new Labels(engine.memory, source.targets);
    const before = engine.memory.bytesInUse;
    const batches = iterateMinibatches(engine, inputs, targets, 1024);
    expect(() => batches.next()).toThrow("linear memory: cannot grow");
    expect(engine.memory.bytesInUse).toBe(before);
  });
});

/** Size of the heap after a full garbage collection. */
function collectedHeapBytes(): number {
  v8.setFlagsFromString("--expose-gc");
  (vm.runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
