import { readFileSync } from "node:fs";
import v8 from "node:v8";
import vm from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Adagrad,
  Adam,
  AdamW,
  createOptimizer,
  Dense,
  type Engine,
  Network,
  type Optimizer,
  type OptimizerConfig,
  ReLU,
  RMSProp,
  SGD,
} from "../../../src/index.js";
import { createTestEngine, expectClose, fingerprint, numbers, VARIANTS } from "../../kernels/fixture.js";

interface Recorded {
  readonly shape: readonly [number, number];
  readonly start: readonly number[][];
  readonly gradients: readonly number[][][];
  readonly optimizers: readonly {
    readonly type: string;
    readonly options: Readonly<Record<string, number>>;
    readonly parameters: readonly number[][];
  }[];
}

/** Written by scripts/record-torch-optimizers.py. */
const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../../recorded/torch-optimizers.json", import.meta.url), "utf8"),
);
const [ROWS, COLUMNS] = recorded.shape;

/** The recorded parameters under an optimizer. */
function recordedNetwork(engine: Engine, optimizer: Optimizer): Network {
  const network = new Network(engine, [new Dense(ROWS, COLUMNS)], { optimizer });
  for (const [index, parameter] of network.parameters().entries()) parameter.set(recorded.start[index] as number[]);
  return network;
}

function addGradients(network: Network, step: number): void {
  const gradients = recorded.gradients[step] as number[][];
  for (const [index, parameter] of network.parameters().entries()) parameter.addGradient(gradients[index] as number[]);
}

/** Every kind of optimizer, with everything that it keeps. */
const CONFIGS: readonly OptimizerConfig[] = [
  { type: "sgd", momentum: 0.9, dampening: 0.25, clipNorm: 0.5 },
  { type: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  { type: "rmsprop", centered: true, momentum: 0.5, l1: 0.001 },
  { type: "adagrad", learningRateDecay: 0.1, initialAccumulatorValue: 0.1 },
  { type: "adam", clipValue: 0.05 },
  { type: "adamw", decay: "weights", weightDecay: 0.1 },
];

function smallNetwork(engine: Engine, optimizer: Optimizer): Network {
  const network = new Network(engine, [new Dense(20, 30), new ReLU(), new Dense(30, 3)], { optimizer });
  for (const [index, parameter] of network.parameters().entries()) {
    parameter.set(numbers(parameter.toArray().length, index + 1).map((value) => value / 4));
  }
  return network;
}

function smallBatch(engine: Engine) {
  const x = engine.matrix(32, 20, numbers(640, 9));
  return { x, y: engine.labels(Int32Array.from({ length: 32 }, (_, i) => i % 3)) };
}

const print = (network: Network) => fingerprint(...network.parameters().map((parameter) => parameter.toArray()));

describe.each(VARIANTS)("optimizers (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });
  afterAll(() => engine.dispose());

  it.each(recorded.optimizers.map((each) => [`${each.type} ${JSON.stringify(each.options)}`, each] as const))(
    "ten steps of %s are PyTorch's to 1e-5, or 1e-6 near zero",
    (_, { type, options, parameters }) => {
      const network = recordedNetwork(engine, createOptimizer({ type, ...options }));
      for (let step = 0; step < recorded.gradients.length; ++step) {
        addGradients(network, step);
        network.step();
      }
      for (const [index, parameter] of network.parameters().entries()) {
        expectClose(parameter.toArray(), parameters[index] as number[], 1e-6, 1e-5);
        expect(parameter.hasGradient).toBe(false);
      }
      network.dispose();
    },
  );

  it.each(CONFIGS.map((config) => [JSON.stringify(config), config] as const))(
    "%s goes on with the same bits from its state",
    (_, config) => {
      const { x, y } = smallBatch(engine);
      const whole = smallNetwork(engine, createOptimizer(config));
      for (let step = 0; step < 5; ++step) whole.train(x, y);
      whole.optimizer.learningRate *= 0.5;
      const state = whole.optimizer.stateDict();
      expect(state.steps).toBe(5);
      const copy = smallNetwork(engine, createOptimizer(JSON.parse(JSON.stringify(whole.optimizer.config()))));
      copy.loadStateDict(whole.stateDict());
      copy.optimizer.loadStateDict(state);
      for (let step = 0; step < 5; ++step) {
        whole.train(x, y);
        copy.train(x, y);
      }
      expect(print(copy)).toBe(print(whole));
      expect(copy.optimizer.stateDict()).toEqual(whole.optimizer.stateDict());

      // Without the state it would not.
      const forgetful = smallNetwork(engine, createOptimizer(config));
      forgetful.loadStateDict(whole.stateDict());
      whole.train(x, y);
      forgetful.train(x, y);
      expect(print(forgetful)).not.toBe(print(whole));
      for (const each of [whole, copy, forgetful]) each.dispose();
    },
  );

  it("plain SGD keeps no gradients; where it is given some it takes the same step", () => {
    const { x, y } = smallBatch(engine);
    const [direct, buffered] = [0, 1].map(() => smallNetwork(engine, new SGD({ learningRate: 0.5 }))) as [
      Network,
      Network,
    ];
    expect(direct.optimizer.direct).toBe(true);
    const bytes = engine.memory.bytesInUse;
    direct.train(x, y);
    const taken = engine.memory.bytesInUse - bytes;
    buffered.gradients(x, y);
    buffered.step();
    expect(engine.memory.bytesInUse - bytes - taken).toBeGreaterThan(taken);
    for (const [index, parameter] of direct.parameters().entries()) {
      expectClose(parameter.toArray(), (buffered.parameters()[index] as typeof parameter).toArray(), 1e-6, 1e-6);
    }
    for (const options of [{ momentum: 0.1 }, { weightDecay: 0.1 }, { l1: 0.1 }, { clipNorm: 1 }, { clipValue: 1 }]) {
      expect(new SGD(options).direct).toBe(false);
    }
    for (const each of [direct, buffered]) each.dispose();
  });

  it("the mean of accumulated batches is a step with their number's inverse, clipped by its own norm", () => {
    const [once, twice] = [0, 1].map(() => recordedNetwork(engine, new Adam({ clipNorm: 2 }))) as [Network, Network];
    addGradients(once, 0);
    once.step();
    addGradients(twice, 0);
    addGradients(twice, 0);
    twice.step(0.5);
    expect(print(twice)).toBe(print(once));
    for (const each of [once, twice]) each.dispose();
  });

  it("gradientNorm is the norm over all parameters", () => {
    const optimizer = new SGD({ clipNorm: 1 });
    const network = recordedNetwork(engine, optimizer);
    expect(optimizer.gradientNorm()).toBe(0);
    addGradients(network, 0);
    const squares = (recorded.gradients[0] as number[][]).flat().reduce((sum, value) => sum + value * value, 0);
    expect(optimizer.gradientNorm()).toBeCloseTo(Math.sqrt(squares), 12);
    network.dispose();
  });

  it("a step without gradients changes nothing and does not count", () => {
    const network = recordedNetwork(engine, new Adam());
    addGradients(network, 0);
    network.step();
    const before = [print(network), network.optimizer.stateDict()];
    network.step();
    addGradients(network, 1);
    network.zeroGrad();
    network.step();
    expect([print(network), network.optimizer.stateDict()]).toEqual(before);
    network.dispose();
  });

  it("a learning rate that is none is refused between steps, too", () => {
    const optimizer = new SGD({ learningRate: 0.1 });
    for (const [rate, error] of [
      [Number.NaN, RangeError],
      [-1, RangeError],
      ["0.1", TypeError],
    ] as const) {
      expect(() => {
        optimizer.learningRate = rate as number;
      }).toThrow(error);
    }
    expect(optimizer.learningRate).toBe(0.1);
  });

  it("a layer's own learning rate goes with the schedule", () => {
    const optimizer = new Adam({ learningRate: 0.1 });
    const layer = new Dense(2, 2, { learningRate: 0.5 });
    const network = new Network(engine, [layer], { optimizer });
    for (const parameter of network.parameters()) parameter.set(numbers(parameter.toArray().length));
    optimizer.learningRate = 0.05;
    const before = network.parameters().map((parameter) => parameter.toArray());
    for (const parameter of network.parameters()) parameter.addGradient(parameter.toArray().fill(3));
    network.step();
    // Adam's first step has the length of the rate.
    for (const [index, parameter] of network.parameters().entries()) {
      expectClose(
        parameter.toArray(),
        (before[index] as Float32Array).map((value) => value - 0.25),
        1e-6,
        0,
      );
    }
    network.dispose();
  });

  it.each(CONFIGS.map((config) => [JSON.stringify(config), config] as const))(
    "%s: a step allocates nothing, and dispose gives everything back",
    (_, config) => {
      const empty = engine.memory.bytesInUse;
      const network = smallNetwork(engine, createOptimizer(config));
      const { x, y } = smallBatch(engine);
      const train = (steps: number) => {
        for (let step = 0; step < steps; ++step) network.train(x, y);
      };
      train(3000);
      const before = [engine.memory.bytesInUse, engine.memory.byteLength];
      // What steps leave behind they leave each time; compiled code and the test runner's own objects come once.
      let growth = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 3 && growth >= 100_000; ++round) {
        const heap = collectedHeapBytes();
        train(5000);
        growth = Math.min(growth, collectedHeapBytes() - heap);
      }
      expect([engine.memory.bytesInUse, engine.memory.byteLength]).toEqual(before);
      expect(growth).toBeLessThan(100_000);
      network.dispose();
      x.dispose();
      y.dispose();
      expect(engine.memory.bytesInUse).toBe(empty);
    },
  );

  it("refuses a state that does not fit, and stays as it was", () => {
    const network = recordedNetwork(engine, new Adam());
    addGradients(network, 0);
    network.step();
    const { optimizer } = network;
    const state = optimizer.stateDict();
    const short = state.slots.means?.map((values) => values.slice(1)) as Float32Array[];
    for (const [bad, error, message] of [
      [undefined, TypeError, "expected an object"],
      [{ ...state, learningRate: "1" }, TypeError, 'got the string "1"'],
      [{ ...state, steps: 1.5 }, RangeError, "steps: expected an integer"],
      [{ ...state, slots: {} }, RangeError, "expected the slots means, squares, got none"],
      [{ ...state, slots: { ...state.slots, means: [] } }, RangeError, "means: expected a list of 2 arrays"],
      [
        { ...state, slots: { ...state.slots, means: short } },
        RangeError,
        "expected 55 values for weights [5,11], got 54",
      ],
    ] as const) {
      expect(() => optimizer.loadStateDict(bad as never)).toThrow(error);
      expect(() => optimizer.loadStateDict(bad as never)).toThrow(message);
    }
    expect(optimizer.stateDict()).toEqual(state);
    expect(() => new Adam().loadStateDict(state)).toThrow("create a network with it");
    network.dispose();
  });
});

describe("optimizers' options", () => {
  it.each([
    ["a negative rate", () => new SGD({ learningRate: -1 }), RangeError, "learningRate: expected a finite number"],
    ["a rate that is a text", () => new Adam({ learningRate: "0.1" as never }), TypeError, 'got the string "0.1"'],
    ["a decay below 0", () => new AdamW({ weightDecay: -0.1 }), RangeError, "weightDecay"],
    ["an l1 that is NaN", () => new SGD({ l1: Number.NaN }), RangeError, "l1: expected a finite number"],
    [
      "a kind of decay without any",
      () => new SGD({ decay: "weights" }),
      RangeError,
      "decay: expected weightDecay or l1 with it, got neither",
    ],
    ["an unknown kind of decay", () => new SGD({ decay: "biases" as never }), RangeError, 'got the string "biases"'],
    ["a limit of 0", () => new SGD({ clipValue: 0 }), RangeError, "clipValue: expected a finite number above 0, got 0"],
    ["a norm of 0", () => new SGD({ clipNorm: 0 }), RangeError, "clipNorm"],
    ["Nesterov without momentum", () => new SGD({ nesterov: true }), RangeError, "expected a momentum above 0"],
    [
      "Nesterov with dampening",
      () => new SGD({ nesterov: true, momentum: 0.9, dampening: 0.1 }),
      RangeError,
      "0.9 and 0.1",
    ],
    [
      "a flag that is a number",
      () => new RMSProp({ centered: 1 as never }),
      TypeError,
      "centered: expected true or false",
    ],
    [
      "a beta of 1",
      () => new Adam({ betas: [0.9, 1] }),
      RangeError,
      "betas[1]: expected a finite number of at least 0 and below 1",
    ],
    ["a single beta", () => new Adam({ betas: 0.9 as never }), TypeError, "betas: expected a pair"],
    ["an epsilon that no float holds", () => new Adagrad({ epsilon: 1e-60 }), RangeError, "epsilon"],
    ["an unknown type", () => createOptimizer({ type: "constructor" }), RangeError, 'got the string "constructor"'],
  ] as const)("refuse %s", (_, action, error, message) => {
    expect(action).toThrow(error);
    expect(action).toThrow(message);
  });

  it("are all in the configuration, as plain JSON", () => {
    expect(new Adam().config()).toEqual({
      type: "adam",
      learningRate: 0.001,
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0,
      l1: 0,
      decay: "all",
    });
    for (const config of CONFIGS) {
      const full = createOptimizer(config).config() as OptimizerConfig;
      expect(full).toMatchObject(config);
      expect(JSON.parse(JSON.stringify(full))).toEqual(full);
      expect(createOptimizer(full).config()).toEqual(full);
    }
  });
});

/** Size of the heap after a full garbage collection. */
function collectedHeapBytes(): number {
  v8.setFlagsFromString("--expose-gc");
  (vm.runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
