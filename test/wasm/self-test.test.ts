import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/create-engine.js";
import { findChangedKernel } from "../../src/wasm/self-test.js";

describe("findChangedKernel", () => {
  it("finds nothing where optimised code keeps the bits", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    expect(findChangedKernel(kernels, memory, team)).toBeUndefined();
  });

  it.each(["denseForward", "softmax", "sparseWeightGradient"] as const)(
    "names %s when its bits change",
    async (name) => {
      const { kernels, memory, team } = await createEngine({ threads: 1 });
      let calls = 0;
      const changing = (...args: never[]) => {
        (kernels[name] as (...args: never[]) => void)(...args);
        if (++calls < 50) return;
        const last = memory.f32(Number(args.at(-1)) === team ? Number(args.at(-2)) : Number(args.at(-1)), 1);
        last[0] = Math.fround((last[0] as number) * (1 + 2 ** -22)) + 1e-7;
      };
      expect(findChangedKernel({ ...kernels, [name]: changing }, memory, team)).toBe(name);
    },
  );

  it("leaves no memory behind", async () => {
    const { kernels, memory, team } = await createEngine({ threads: 1 });
    const before = memory.bytesInUse;
    findChangedKernel(kernels, memory, team);
    expect(memory.bytesInUse).toBe(before);
  });
});
