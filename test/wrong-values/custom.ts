/** What a caller's own layers, initialisers and schedules give. */

import * as library from "../../src/index.js";
import { type Case, type Cases, call } from "./cases.js";
import { data, engine, labels, matrix, network, write } from "./fixture.js";

const batch = () => ({ input: matrix(), targets: labels() });

/** A layer one of whose methods gives what it is told to, behind a dense one. */
function layerThatGives(name: string, right: () => unknown, takes: Case["takes"] = {}): Case {
  return {
    ...call(
      () => undefined,
      () => [right()],
      { takes },
    ),
    on: batch,
    call: (on, [given]) => {
      const { input, targets } = on as ReturnType<typeof batch>;
      const backward = (_: unknown, gradOutput: library.Matrix) => gradOutput;
      const layer = Object.assign(new library.Layer(), { backward, [name]: () => given });
      const own = new library.Network(engine, [new library.Dense(2, 3), layer]);
      try {
        own.train(input, targets);
      } finally {
        own.dispose();
      }
    },
  };
}

/** Has been trained before, so that its buffers are as large as they get. */
async function trained() {
  const own = { network: network(), data: data() };
  await library.fit(own.network, own.data, { epochs: 1, onWarning: write });
  return own;
}

export const customCases: Cases = {
  "Layer: attach, result": layerThatGives("attach", () => 3, { 0: ["undefined"] }),
  "Layer: forward, result": layerThatGives("forward", () => engine.matrix(2, 3, [1, 2, 3, 4, 5, 6])),
  "Layer: backward, result": layerThatGives("backward", () => engine.matrix(2, 3, [1, 2, 3, 4, 5, 6])),
  "Layer: parameters, result": layerThatGives("parameters", () => []),
  "Layer: buffers, result": layerThatGives("buffers", () => []),
  "Dense: init, result": call(
    (given: never) => new library.Network(engine, [new library.Dense(1, 2, { init: () => given })]).dispose(),
    () => [[1, 2]],
    { takes: { 0: ["0", "-1", "0.5", "1e12", "1e21"] } },
  ),
  "fit: schedule, result": {
    ...call(
      () => undefined,
      () => [0.1],
      { takes: {} },
    ),
    on: trained,
    call: async (on, [rate]) => {
      const own = on as Awaited<ReturnType<typeof trained>>;
      const schedule = { interval: "batch", learningRate: () => rate as number } as const;
      await library.fit(own.network, own.data, { epochs: 1, schedule, onWarning: write });
    },
  },
};
