import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEngine, type EngineOptions } from "../../src/index.js";
import { createMemory, LinearMemory } from "../../src/wasm/memory.js";

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
    expect(reason).toBe("of fixed size, as the engine cannot resize it, and smaller, as the engine refused more");
    const linear = new LinearMemory(memory, 1024, maximumBytes);
    expect(() => linear.allocate(2 ** 30)).toThrow("(256.0 MiB at most)");
    expect(linear.allocate(64)).toBe(1024);
  });

  it("passes the engine's error on when there is not even the least", () => {
    refuseMoreThan(63);
    expect(() => createMemory(false)).toThrow(
      /^linear memory: expected room for 4.0 MiB, got the refusal "could not allocate memory": .*--disable-wasm-trap-handler/,
    );
  });
});

describe("maximumBytes", () => {
  it.each([1, 2])("is how far the memory of %i threads grows, to the page", async (threads) => {
    const engine = await createEngine({ threads, maximumBytes: 64 * 2 ** 20 + 1 });
    expect(engine.info()).toMatchObject({ threads, memoryMaximumBytes: 64 * 2 ** 20, memoryReason: "shared" });
    expect(() => engine.matrix(1, 16 * 2 ** 20)).toThrow("(64.0 MiB at most)");
    engine.matrix(1, 8 * 2 ** 20);
    engine.dispose();
  });

  it.each([2 ** 22 - 1, 2 ** 32, 1.5, Number.NaN])("refuses %d", async (maximumBytes) => {
    await expect(createEngine({ maximumBytes })).rejects.toThrow(RangeError);
  });

  it("has parameters at the very end of 4 GiB trained, scaled and summed", async () => {
    const engine = await createEngine({ threads: 1 });
    const { memory, kernels, team } = engine;
    const end = 65535 * 65536;
    const at = memory.allocate(64);
    memory.allocate(end - at - 64 - 256);
    const last = engine.matrix(1, 64, new Float32Array(64).fill(3));
    expect(last.pointer + 256).toBe(end);
    expect(kernels.sumOfSquares(64, last.pointer, team)).toBe(576);
    kernels.scale(64, 2, last.pointer);
    expect(last.data).toEqual(new Float32Array(64).fill(6));
    engine.dispose();
  });
});

describe("without", () => {
  const run = (script: string, ...flags: string[]) =>
    promisify(execFile)(process.execPath, [...flags, "--input-type=module", "-e", script]);
  const index = new URL("../../build/index.js", import.meta.url);
  const script = `import(${JSON.stringify(index)}).then((library) => library.createEngine({ threads: 1 })).then(
    (engine) => console.log(engine.info().memoryMaximumBytes), (error) => console.log(error.message))`;

  it("WebAssembly it is said in words", async () => {
    expect((await run(script, "--jitless")).stdout).toMatch(
      /^expected a JavaScript engine with WebAssembly, got one without/,
    );
  });

  it.runIf(process.platform === "linux")("address space it is said what helps, which does", async () => {
    const limited = async (flag: string) => {
      const command = `ulimit -v 4000000; exec "$0" ${flag} --input-type=module -e "$1"`;
      return (await promisify(execFile)("bash", ["-c", command, process.execPath, script])).stdout.trim();
    };
    expect(await limited("")).toContain("start Node with --disable-wasm-trap-handler");
    expect(await limited("--disable-wasm-trap-handler")).toBe(String(65535 * 65536));
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
