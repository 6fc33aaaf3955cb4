import { expect, it } from "vitest";
import { DivergenceError, MLPClassifier, MLPRegressor } from "../../src/index.js";

const X = [[0], [1], [2], [3]];
const y = ["a", "a", "b", "b"];

it.each([false, true])("a network that diverged before diverges again, in the epoch of all calls", async (early) => {
  using model = new MLPClassifier({
    hiddenLayerSizes: [4],
    maxIter: 3,
    warmStart: true,
    earlyStopping: early,
    validationFraction: 0.5,
  });
  await model.fit(X, y);
  model.coefs = model.coefs.map((weights) => weights.fill(3e38));
  model.intercepts = model.intercepts.map((biases) => biases.fill(1e38));
  for (const call of ["partialFit", "fit"] as const) {
    const error: unknown = await model[call](X, y).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as Error).message).toMatch(/in batch 1 of epoch 4;/);
  }
  expect([model.nIter, model.lossCurve.length]).toEqual([3, 3]);
});

it("many short calls of partialFit let other tasks have their turn", async () => {
  using model = new MLPRegressor({ hiddenLayerSizes: [4] });
  let turns = 0;
  const timer = setInterval(() => ++turns, 1);
  const start = performance.now();
  while (performance.now() - start < 400) await model.partialFit(X, [1, 2, 3, 4]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
});
