import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEngine, type EngineOptions } from "../src/index.js";
import { createMemory, LinearMemory } from "../src/wasm/memory.js";

/** An engine's ways to have memory: shared, as for threads; and alone, as in a page that is not isolated. */
const WAYS: Record<string, EngineOptions> = {
  "shared, two threads": { threads: 2 },
  "shared, one thread": { threads: 1 },
  unshared: { threads: 1, wasmBinary: { simd: readFileSync("build/simd.wasm") } },
};

describe.each(Object.entries(WAYS))("views of memory (%s)", (way, options) => {
  it("stay valid and are written through when the memory grows", async () => {
    const engine = await createEngine(options);
    const { memoryReason } = engine.info();
    expect(memoryReason).toMatch(way === "unshared" ? /^(resizable|of fixed size)/ : /^shared$/);
    const matrix = engine.matrix(2, 3, [1, 2, 3, 4, 5, 6]);
    const labels = engine.labels([0, 1, 2]);
    const [view, names] = [matrix.data, labels.data];
    for (let growth = 0; growth < 3; ++growth) engine.matrix(1, 5_000_000);
    expect([...view]).toEqual([1, 2, 3, 4, 5, 6]);
    view[0] = 7;
    names[2] = 1;
    expect([...matrix.data]).toEqual([7, 2, 3, 4, 5, 6]);
    expect([...labels.data]).toEqual([0, 1, 1]);
    engine.dispose();
  });
});

describe("createMemory", () => {
  const { Memory } = WebAssembly;
  afterEach(() => {
    WebAssembly.Memory = Memory;
  });

  /** An engine that refuses more than `most` pages, and has no resizable memory. */
  const refuseMoreThan = (most: number) => {
    const Refusing = vi.fn(function create(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.initial > most) throw new RangeError("could not allocate memory");
      return new Memory(descriptor);
    });
    Object.defineProperty(Refusing, "prototype", { value: {} });
    WebAssembly.Memory = Refusing as unknown as typeof WebAssembly.Memory;
  };

  it("takes half as much, and half of that, where an engine refuses, and says how much there is", () => {
    refuseMoreThan(5000);
    const { memory, maximumBytes, reason } = createMemory(false);
    expect(maximumBytes).toBe(4096 * 65536);
    expect(memory.buffer.byteLength).toBe(maximumBytes);
    expect(reason).toBe("of fixed size, as the engine cannot resize it");
    const linear = new LinearMemory(memory, 1024, maximumBytes);
    expect(() => linear.allocate(2 ** 30)).toThrow("(256.0 MiB at most)");
    expect(linear.allocate(64)).toBe(1024);
  });

  it("passes the engine's error on when there is not even the least", () => {
    refuseMoreThan(63);
    expect(() => createMemory(false)).toThrow("could not allocate memory");
  });
});

describe("a clock that stands still", () => {
  afterEach(() => void vi.useRealTimers());

  it.each([1, 2])(
    "does not keep an engine of %i threads from starting, and its tile is said to be untimed",
    async (threads) => {
      vi.useFakeTimers();
      const engine = await createEngine({ threads });
      expect(engine.info()).toMatchObject({
        tile: "4x8",
        tileReason: "the clock stands still or is too coarse to time one",
        threads,
      });
      engine.dispose();
    },
  );
});
