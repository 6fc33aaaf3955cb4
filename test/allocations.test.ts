/**
 * The n-th allocation of linear memory fails, for every n, in every public function: an error, nothing left behind, and what was
 * called works on. The way SQLite tests its malloc.
 */

import { afterEach, describe, expect, it } from "vitest";
import { createEngine, MLPClassifier } from "../src/index.js";
import { LinearMemory } from "../src/wasm/memory.js";
import { CASES, madeFor } from "./wrong-values/all.js";
import type { Case } from "./wrong-values/cases.js";
import { engine } from "./wrong-values/fixture.js";

const original = LinearMemory.prototype.allocate;

afterEach(() => {
  LinearMemory.prototype.allocate = original;
});

/** From now on the n-th allocation fails, as when the memory cannot grow. @returns how many were asked for so far */
function failAt(n: number): () => number {
  let count = 0;
  LinearMemory.prototype.allocate = function (this: LinearMemory, bytes: number) {
    if (++count === n) throw new RangeError("linear memory: full, for the test");
    return original.call(this, bytes);
  };
  return () => count;
}

/** Bytes that a call which succeeds leaves in use: buffers of what it was called on, which grow. */
async function bytesOf(own: Case): Promise<number> {
  const { object } = await madeFor(own);
  const args = own.args();
  const before = engine.memory.bytesInUse;
  await own.call(object, args);
  return engine.memory.bytesInUse - before;
}

/** What is wrong after the n-th allocation failed; undefined if nothing is, "none" once there are fewer. */
async function problemAt(name: string, own: Case, n: number): Promise<string | undefined> {
  const { object } = await madeFor(own);
  const args = own.args();
  const before = engine.memory.bytesInUse;
  const asked = failAt(n);
  try {
    await own.call(object, args);
    return asked() < n ? "none" : "was not noticed";
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.includes("linear memory: full")) return String(error);
  } finally {
    LinearMemory.prototype.allocate = original;
  }
  const left = engine.memory.bytesInUse - before;
  // What grew stays with what was called.
  const mayStay = left > 0 && object !== undefined ? await bytesOf(own) : 0;
  if (left > mayStay) return `left ${left} bytes in use`;
  if (STARTED_ONCE.includes(name)) return undefined;
  try {
    await own.call(object, own.args());
    return undefined;
  } catch (error) {
    return `does not work any more: ${(error as Error).message}`;
  }
}

/** A run that failed has failed: it gives the same error again, or nothing more. */
const STARTED_ONCE = ["TrainingRun.run", "TrainingRun.then", "TrainingRun.catch", "TrainingRun.finally"];
/** An engine that finds no room in shared memory takes the other one, and says so; estimators make engines. */
const makesEngine = (name: string) => /^createEngine|^MLP.*[fF]it$/.test(name);

describe("a full memory", () => {
  it.each(Object.entries(CASES).filter(([name]) => !makesEngine(name)))("%s", async (name, own) => {
    const problems: string[] = [];
    for (let n = 1; n < 200; ++n) {
      const problem = await problemAt(name, own, n);
      if (problem === "none") break;
      if (problem) problems.push(`allocation ${n}: ${problem}`);
    }
    expect(problems, problems.join("\n")).toEqual([]);
  });

  it("has an engine take memory that is not shared, and say why", async () => {
    failAt(1);
    const made = await createEngine({ threads: 2, tile: "4x8" });
    expect(made.info()).toMatchObject({ threads: 1, memoryReason: expect.stringContaining("linear memory: full") });
    made.dispose();
  });

  it("leaves an estimator as it was, and able to learn", async () => {
    const X = [[0], [1], [2], [3]];
    const model = new MLPClassifier({ hiddenLayerSizes: [4], maxIter: 2 });
    let failed = 0;
    for (let n = 5; n < 60; ++n) {
      const asked = failAt(n);
      try {
        await model.fit(X, [0, 1, 0, 1]);
        LinearMemory.prototype.allocate = original;
        if (asked() < n) break;
        expect(model.predict(X)).toHaveLength(4);
      } catch (error) {
        LinearMemory.prototype.allocate = original;
        expect(String(error)).toContain("linear memory: full");
        ++failed;
      }
    }
    expect(failed).toBeGreaterThan(3);
    await model.fit(X, [0, 1, 0, 1]);
    expect(model.predict(X)).toHaveLength(4);
    model.dispose();
  });
});
