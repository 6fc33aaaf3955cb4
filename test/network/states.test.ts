import { beforeAll, describe, expect, it } from "vitest";
import {
  Adam,
  BatchNorm,
  Dense,
  type Engine,
  Layer,
  Network,
  Parameter,
  ShapeError,
  type StateDict,
} from "../../src/index.js";
import { makeNetwork, source, stateHash, testEngine } from "../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

/** A layer with whatever parameters a test gives it. */
class Holder extends Layer {
  readonly #make: (engine: Engine) => readonly Parameter[];
  #parameters: readonly Parameter[] = [];

  constructor(make: (engine: Engine) => readonly Parameter[]) {
    super();
    this.#make = make;
  }

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    this.#parameters = this.#make(engine);
    return inputs;
  }

  override parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  override dispose(): void {
    for (const parameter of this.#parameters) parameter.dispose();
  }
}

describe("names of a layer's parameters", () => {
  it.each<[string, () => Layer[], RegExp]>([
    [
      "one name twice",
      () => [
        new Dense(2, 3),
        new Holder((own) => [new Parameter(own, "slope", [3]), new Parameter(own, "slope", [1])]),
      ],
      /^layer 1 \(Holder\): expected parameters and buffers of different names, got "slope" twice$/,
    ],
    [
      "none",
      () => [new Holder((own) => [new Parameter(own, "", [3])])],
      /^layer 0 \(Holder\): expected parameters and buffers with names, got the string ""$/,
    ],
    [
      "one array twice in a layer",
      () => {
        let parameter: Parameter | undefined;
        const shared = (own: Engine) => (parameter ??= new Parameter(own, "slope", [3]));
        return [new Holder((own) => [shared(own)]), new Holder((own) => [shared(own)])];
      },
      /^layer 1 \(Holder\): slope: expected an array of its own, got another layer's$/,
    ],
  ])("are refused when the network is made, and nothing stays allocated: %s", (_, layers, message) => {
    const before = engine.memory.bytesInUse;
    expect(() => new Network(engine, layers())).toThrow(message);
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it("may be the same in two layers", () => {
    const holder = () => new Holder((own) => [new Parameter(own, "slope", [1])]);
    const network = new Network(engine, [holder(), holder()]);
    expect(Object.keys(network.stateDict())).toEqual(["layers.0.slope", "layers.1.slope"]);
    network.dispose();
  });
});

describe("a state dict", () => {
  const network = () => new Network(engine, [new Dense(2, 3), new BatchNorm(3)]);
  const plain = (dict: StateDict) =>
    Object.fromEntries(
      Object.entries(dict).map(([name, { shape, data }]) => [name, { shape, data: Array.from(data) }]),
    );

  it("goes through JSON as lists of numbers", () => {
    const [from, to] = [network(), network()];
    to.loadStateDict(JSON.parse(JSON.stringify(plain(from.stateDict()))));
    expect(stateHash(to)).toBe(stateHash(from));
    to.loadStateDict(
      Object.fromEntries(
        Object.entries(from.stateDict()).map(([name, { shape, data }]) => [
          name,
          { shape, data: Float64Array.from(data) as never },
        ]),
      ),
    );
    expect(stateHash(to)).toBe(stateHash(from));
  });

  it.each<[string, (dict: never) => unknown, typeof TypeError | typeof ShapeError, RegExp]>([
    [
      "what JSON makes of typed arrays",
      (dict) => JSON.parse(JSON.stringify(dict)),
      TypeError,
      /^state layers\.0\.weights: data: expected a list of numbers, got an object with the keys "0", .*; JSON turns a typed array into such an object: write Array\.from/,
    ],
    [
      "null among the numbers, as JSON has NaN",
      (dict) => {
        const state = plain(dict);
        (state["layers.0.biases"] as { data: unknown[] }).data[1] = null;
        return state;
      },
      TypeError,
      /^state layers\.0\.biases: data\[1\]: expected a number, got null$/,
    ],
    [
      "texts",
      (dict) => {
        const state = plain(dict);
        (state["layers.0.biases"] as { data: unknown[] }).data[0] = "1";
        return state;
      },
      TypeError,
      /data\[0\]: expected a number, got the string "1"$/,
    ],
    [
      "a shape of texts",
      (dict) => ({ ...(dict as object), "layers.0.weights": { shape: ["2", "3"], data: new Float32Array(6) } }),
      ShapeError,
      /^state layers\.0\.weights: expected shape \[2, 3\], got the array \["2", "3"\]$/,
    ],
    [
      "no shape",
      (dict) => ({ ...(dict as object), "layers.0.weights": { data: new Float32Array(6) } }),
      ShapeError,
      /expected shape \[2, 3\], got undefined$/,
    ],
    [
      "too few numbers",
      (dict) => ({ ...(dict as object), "layers.0.biases": { shape: [3], data: [1, 2] } }),
      ShapeError,
      /^state layers\.0\.biases: data: expected 3 numbers, got 2$/,
    ],
    [
      "a list in place of an array",
      (dict) => ({ ...(dict as object), "layers.0.biases": [1, 2, 3] }),
      TypeError,
      /^state layers\.0\.biases: expected an object, got the array \[1, 2, 3\]$/,
    ],
    [
      "one array less",
      ({ "layers.0.biases": _, ...rest }: StateDict) => rest,
      ShapeError,
      /^state layers\.0\.biases: expected shape \[3\], got no such array$/,
    ],
    [
      "one more",
      (dict) => ({ ...(dict as object), "layers.2.weights": { shape: [1], data: [1] } }),
      ShapeError,
      /^state: expected the arrays layers\.0\.weights, .*, got "layers\.2\.weights"$/,
    ],
    ["a Map", (dict) => new Map(Object.entries(dict)), TypeError, /^state: expected an object, got a Map$/],
    ["nothing", () => undefined, TypeError, /^state: expected an object, got undefined$/],
  ])("is refused, and nothing is set: %s", (_, change, kind, message) => {
    const own = network();
    const before = stateHash(own);
    const other = change(network().stateDict() as never);
    expect(() => own.loadStateDict(other as never)).toThrow(kind);
    expect(() => own.loadStateDict(other as never)).toThrow(message);
    expect(stateHash(own)).toBe(before);
  });
});

describe("an optimizer's state", () => {
  const trained = () => {
    const network = makeNetwork(engine, undefined, { optimizer: new Adam() });
    network.train(engine.matrix(8, 2, source(8).inputs), engine.labels(source(8).targets));
    return network.optimizer;
  };

  it("goes through JSON as lists of numbers, and says why not as JSON has typed arrays", () => {
    const state = trained().stateDict();
    const own = trained();
    const lists = Object.fromEntries(
      Object.entries(state.slots).map(([name, arrays]) => [name, arrays.map((array) => Array.from(array))]),
    );
    own.loadStateDict(JSON.parse(JSON.stringify({ ...state, slots: lists })));
    expect(own.stateDict()).toEqual(state);
    const raw = JSON.parse(JSON.stringify(state));
    expect(() => own.loadStateDict(raw)).toThrow(TypeError);
    expect(() => own.loadStateDict(raw)).toThrow(
      /^optimizer state: means\[0\]: expected a list of numbers, got an object .* write Array\.from/,
    );
    expect(own.stateDict()).toEqual(state);
  });
});
