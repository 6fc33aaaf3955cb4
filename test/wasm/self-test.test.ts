import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/create-engine.js";
import type { Kernels } from "../../src/wasm/kernels.js";
import { findChangedKernel } from "../../src/wasm/self-test.js";

/** What the self-test leaves out, and why. */
const EXCEPTIONS: Record<string, string> = {
  memory: "no function",
  heapBase: "a constant",
  teamBytes: "a constant",
  workBytes: "a constant",
  initTeam: "stores integers; called before any kernel can have been optimised",
  progressOf: "adds two integers",
  endTeam: "stores a flag",
  serve: "never returns; the parts that it runs are those of the kernels in the test",
  multiplyAddPeak: "only benchmarks call it",
};

type Call = (...values: number[]) => unknown;

/** The kernels with every call told to `see` first; `see` may call, and return what the call returned. */
const watched = (kernels: Kernels, see: (name: string, kernel: Call, values: number[]) => unknown): Kernels =>
  Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => [
      name,
      typeof kernel === "function"
        ? Object.defineProperty((...values: number[]) => see(name, kernel as Call, values), "length", {
            value: kernel.length,
          })
        : kernel,
    ]),
  ) as unknown as Kernels;

describe("findChangedKernel", () => {
  it("finds nothing where optimised code keeps the bits", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    expect(findChangedKernel(kernels, memory, team)).toBeUndefined();
  });

  it("calls every export but those with a reason, with as many arguments as each takes", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    const called = new Set<string>();
    const watching = watched(kernels, (name, kernel, values) => {
      called.add(name);
      expect(values.length, `arguments of ${name}`).toBe(kernel.length);
      expect(
        values.every((value) => !Number.isNaN(value)),
        `a name of no operand in ${name}`,
      ).toBe(true);
      return kernel(...values);
    });
    expect(findChangedKernel(watching, memory, team)).toBeUndefined();
    const exported = Object.keys(kernels).sort();
    expect([...called, ...Object.keys(EXCEPTIONS)].sort()).toEqual(exported);
  });

  it("names each kernel when a bit of its result changes", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    const names = Object.keys(kernels).filter((name) => !(name in EXCEPTIONS));
    expect(names.length).toBeGreaterThan(50);
    for (const changing of names) {
      let round = 0;
      const watching = watched(kernels, (name, kernel, values) => {
        // The first of every round; the first round is the reference.
        if (name === "denseForward" && values[2] === 52) ++round;
        if (name !== changing || round < 2) return kernel(...values);
        const words = memory.i32(0, Math.floor(memory.f32(0, 0).buffer.byteLength / 4));
        const before = words.slice();
        const result = kernel(...values);
        if (typeof result === "number") return result + 1;
        const [first, end] = [Math.min(...values.filter((value) => value > 4096)), words.length];
        for (let at = first >> 2; at < end; ++at) {
          if (words[at] === before[at]) continue;
          words[at] = (words[at] as number) ^ 1;
          return result;
        }
        throw new Error(`${name} wrote nothing`);
      });
      expect(findChangedKernel(watching, memory, team), changing).toBe(changing);
    }
  });

  it("leaves no memory behind", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    const before = memory.bytesInUse;
    findChangedKernel(kernels, memory, team);
    expect(memory.bytesInUse).toBe(before);
  });
});
