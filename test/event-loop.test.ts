import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTask, TurnClock } from "../src/event-loop.js";
import { fit } from "../src/index.js";
import { makeNetwork, source, testEngine } from "./training/fixture.js";

// As `src/event-loop.ts` does: before any test fakes them.
const realNow = performance.now.bind(performance);
const realImmediate = setImmediate;

/** Keeps the thread for so long that a turn is due. */
function spin(milliseconds = 60): void {
  const start = realNow();
  while (realNow() - start < milliseconds);
}

afterEach(() => {
  vi.useRealTimers();
});

describe("turns of other tasks", () => {
  it("are due once the thread was kept, and then not until it is again", async () => {
    const turns = new TurnClock();
    spin();
    expect(turns.isDue()).toBe(true);
    await turns.give();
    expect(turns.isDue()).toBe(false);
  });

  it("come to pass while timers are faked, and the clock with them", async () => {
    vi.useFakeTimers();
    const turns = new TurnClock();
    const seen: string[] = [];
    realImmediate(() => seen.push("another task"));
    spin();
    expect(turns.isDue()).toBe(true);
    await turns.give();
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
