import { describe, expect, it } from "vitest";
import { type EpochReport, fit, loadCheckpoint, saveCheckpoint } from "../../src/index.js";
import { packHistory, unpackHistory } from "../../src/training/checkpoint/checkpoint-history.js";
import { curves, makeNetwork, prepare, source, testEngine } from "./fixture.js";

const report = (epoch: number, more: Partial<EpochReport> = {}): EpochReport => ({
  epoch,
  trainLoss: 1 / epoch,
  learningRate: 0.1,
  trainSeconds: 0.25,
  evalSeconds: 0,
  samplesPerSecond: 1e6,
  completed: true,
  ...more,
});

describe("a history in a checkpoint", () => {
  it("comes back to the bit, whatever its numbers are and wherever they change", () => {
    const reports = [
      report(1),
      report(2, { trainLoss: Number.NaN, samplesPerSecond: Number.POSITIVE_INFINITY }),
      report(3, { valLoss: -0, valAccuracy: 0.1 + 0.2 }),
      report(4, { valLoss: Number.NaN, valAccuracy: 1 }),
      report(5, { valLoss: 5e-324, valR2: -1e300 }),
      report(6),
    ];
    const { parts, arrays } = packHistory(reports);
    expect(parts.map(({ epochs }) => epochs)).toEqual([2, 2, 1, 1]);
    expect(unpackHistory(parts, arrays, "history")).toEqual(reports);
    expect(unpackHistory([], [], "history")).toEqual([]);
  });

  it("may be of a hundred thousand epochs", async () => {
    const engine = await testEngine();
    const network = makeNetwork(engine);
    const data = engine.dataset(source(8));
    const run = fit(network, data, { epochs: 1, batchSize: 4 });
    await run.run();
    const contents = run.checkpoint();
    const history = Array.from({ length: 100_000 }, (_, index) => report(index + 1));
    const position = { ...contents.position, epoch: 100_001 };
    const bytes = saveCheckpoint({ checkpoint: () => ({ ...contents, position, history }) });
    expect(bytes.length).toBeLessThan(100_000 * 50);
    const resume = loadCheckpoint(bytes);
    expect(resume.history).toEqual(history);
    const again = fit(network, data, { epochs: 100_001, batchSize: 4, resume });
    expect((await again.run()).length).toBe(100_001);
    engine.dispose();
  });

  it("goes on with other numbers than it began with", async () => {
    const options = { epochs: 3, batchSize: 20 };
    const first = await prepare(() => ({ ...options, epochs: 1, evaluateTraining: false }));
    await first.run.run();
    const resume = loadCheckpoint(saveCheckpoint(first.run));
    const second = await prepare(({ validation }) => ({ ...options, epochs: 2, validation, resume }));
    await second.run.run();
    const third = await prepare(() => ({ ...options, resume: loadCheckpoint(saveCheckpoint(second.run)) }));
    await third.run.run();
    expect(curves(third.run).slice(0, 2)).toEqual(curves(second.run));
    expect(third.run.history.values("valLoss").map((loss) => loss !== undefined)).toEqual([false, true, false]);
  });
});
