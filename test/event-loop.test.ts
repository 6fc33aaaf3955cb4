import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTask, YieldTimer } from "../src/event-loop.js";
import { fit } from "../src/index.js";
import { makeNetwork, source, testEngine } from "./training/fixture.js";

// As `src/event-loop.ts` does: before any test fakes them.
const realNow = performance.now.bind(performance);
const realImmediate = setImmediate;

/** Holds the thread until yielding is due. */
function spin(milliseconds = 60): void {
  const start = realNow();
  while (realNow() - start < milliseconds);
}

afterEach(() => {
  vi.useRealTimers();
});

describe("yielding to other tasks", () => {
  it("is due once the thread was held, and then not until it is held again", async () => {
    const timer = new YieldTimer();
    spin();
    expect(timer.isDue()).toBe(true);
    await timer.yield();
    expect(timer.isDue()).toBe(false);
  });

  it("works while timers and the clock are faked", async () => {
    vi.useFakeTimers();
    const timer = new YieldTimer();
    const seen: string[] = [];
    realImmediate(() => seen.push("another task"));
    spin();
    expect(timer.isDue()).toBe(true);
    await timer.yield();
    await nextTask();
    expect(seen).toEqual(["another task"]);
  });

  it("fit ends while timers are faked", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate", "setInterval"] });
    const engine = await testEngine();
    let others = 0;
    realImmediate(() => ++others);
    const callback = { onBatchEnd: () => spin() };
    const run = fit(makeNetwork(engine), engine.dataset(source(64)), {
      epochs: 1,
      batchSize: 32,
      callbacks: [callback],
    });
    expect(await run.run()).toHaveLength(1);
    expect(others).toBe(1);
  });
});
