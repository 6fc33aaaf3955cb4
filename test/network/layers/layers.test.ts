import { beforeAll, describe, expect, it } from "vitest";
import {
  checkGradients,
  createEngine,
  Dense,
  DisposedError,
  type Engine,
  gradSoftmaxCrossEntropyWithLogits,
  type InitializerName,
  initializers,
  Layer,
  type Matrix,
  MatrixBuffer,
  Network,
  Parameter,
  ReLU,
  ShapeError,
  SoftmaxCrossEntropy,
  softmaxCrossEntropyWithLogits,
} from "../../../src/index.js";
import { expectClose } from "../../kernels/fixture.js";

/** y = x·sigmoid(βx) with a learnable β: what a user writes from the contract alone. */
class Swish extends Layer {
  #parameter!: Parameter;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    this.#parameter = new Parameter(engine, "beta", [1]);
    this.#parameter.set([1.5]);
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    const output = this.#output.shaped(input.rows, input.columns);
    output.data.set(input.data.map((x) => x * this.#sigmoid(x)));
    return output;
  }

  override backward(input: Matrix, gradOutput: Matrix): Matrix {
    const gradInput = this.#gradInput.shaped(input.rows, input.columns);
    const [x, g] = [input.data, gradOutput.data];
    let gradBeta = 0;
    const gradient = g.map((value, i) => {
      const xi = x[i] as number;
      const s = this.#sigmoid(xi);
      gradBeta += value * xi * xi * s * (1 - s);
      return value * (s + this.#beta * xi * s * (1 - s));
    });
    gradInput.data.set(gradient);
    this.#parameter.addGradient([gradBeta]);
    return gradInput;
  }

  override parameters() {
    return [this.#parameter];
  }

  get #beta(): number {
    return this.#parameter.toArray()[0] as number;
  }

  #sigmoid(x: number): number {
    return 1 / (1 + Math.exp(-this.#beta * x));
  }
}

const linspace = (from: number, to: number, n: number) =>
  Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

describe("layers", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 3, threads: 1 });
  });

  function attached<T extends Layer>(layer: T, inputs?: number): T {
    layer.attach(engine, inputs);
    return layer;
  }

  /** Values away from ReLU's kink by more than the step of the differences. */
  const awayFromZero = (rows: number, columns: number) =>
    engine.matrix(
      rows,
      columns,
      linspace(-1, 1, rows * columns).map((x) => x + Math.sign(x) * 0.05),
    );

  it("Dense computes X·W + b", () => {
    const layer = attached(new Dense(3, 4));
    const [weights, biases] = layer.parameters();
    weights?.set(linspace(-1, 1, 12));
    biases?.set(linspace(-1, 1, 4));
    const output = layer.forward(engine.matrix(2, 3, linspace(-1, 1, 6)));
    const expected = [0.07272727, 0.41212121, 0.75151515, 1.09090909, -0.90909091, 0.08484848, 1.07878788, 2.07272727];
    expectClose(output.data, expected, 1e-6, 0);
  });

  it.each([
    ["Dense", () => new Dense(5, 11, { init: "glorotUniform" }), ["input", "weights", "biases"]],
    ["ReLU", () => new ReLU(), ["input"]],
    ["the identity", () => new Layer(), ["input"]],
    ["a layer of one's own", () => new Swish(), ["input", "beta"]],
  ] as const)("checkGradients passes for %s", (_, make, names) => {
    const checks = checkGradients(engine, attached(make(), 5), awayFromZero(4, 5));
    expect(checks.map(({ name }) => name)).toEqual(names);
    for (const check of checks) expect(check).toMatchObject({ passed: true });
  });

  it("checkGradients passes for the loss", () => {
    const target = { loss: new SoftmaxCrossEntropy(), targets: engine.labels([0, 4, 2, 2]) };
    target.loss.attach(engine);
    expect(checkGradients(engine, target, awayFromZero(4, 5))).toMatchObject([{ name: "input", passed: true }]);
  });

  it("checkGradients finds a wrong gradient, and NaN", () => {
    class Wrong extends Layer {
      override backward(_input: Matrix, gradOutput: Matrix): Matrix {
        gradOutput.data.set(gradOutput.data.map((value) => value * 1.01 + 0.01));
        return gradOutput;
      }
    }
    class Broken extends Layer {
      override backward(_input: Matrix, gradOutput: Matrix): Matrix {
        gradOutput.data.fill(Number.NaN);
        return gradOutput;
      }
    }
    for (const layer of [new Wrong(), new Broken()]) {
      expect(checkGradients(engine, layer, awayFromZero(3, 3))[0]?.passed).toBe(false);
    }
  });

  it("the loss functions of the seed: rows and gradient", () => {
    const logits = engine.matrix(2, 3, [0, 0, 0, 1, 2, 3]);
    const labels = engine.labels([1, 0]);
    const sum = 1 + Math.exp(1) + Math.exp(2);
    expectClose(softmaxCrossEntropyWithLogits(engine, logits, labels).data, [Math.log(3), Math.log(sum)], 1e-6, 0);
    const gradient = gradSoftmaxCrossEntropyWithLogits(engine, logits, labels);
    const expected = [1 / 6, -1 / 3, 1 / 6, 0.5 / sum - 0.5, (0.5 * Math.E) / sum, (0.5 * Math.exp(2)) / sum];
    expectClose(gradient.data, expected, 1e-6, 0);
  });

  it.each([
    ["normal", 0, 0.01],
    ["glorotUniform", 0, Math.sqrt(2 / 300)],
    ["glorotNormal", 0, Math.sqrt(2 / 300)],
    ["heUniform", 0, Math.sqrt(2 / 200)],
    ["heNormal", 0, Math.sqrt(2 / 200)],
    ["lecunUniform", 0, Math.sqrt(1 / 200)],
    ["lecunNormal", 0, Math.sqrt(1 / 200)],
  ] as [InitializerName, number, number][])("init %s has mean %d and deviation %d", (init, mean, deviation) => {
    expect(Object.keys(initializers)).toContain(init);
    const layer = attached(new Dense(200, 100, { init }));
    const weights = layer.parameters()[0]?.toArray() as Float32Array;
    const average = weights.reduce((sum, w) => sum + w, 0) / weights.length;
    const variance = weights.reduce((sum, w) => sum + (w - average) ** 2, 0) / weights.length;
    expect(Math.abs(average - mean)).toBeLessThan((5 * deviation) / Math.sqrt(weights.length));
    expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(0.03);
    expect(
      layer
        .parameters()[1]
        ?.toArray()
        .every((bias) => bias === 0),
    ).toBe(true);
    layer.dispose();
  });

  it("a layer of one's own learns in a network", () => {
    const network = new Network(engine, [new Dense(2, 8, { init: "heNormal" }), new Swish(), new Dense(8, 2)]);
    const x = engine.matrix(4, 2, [0, 0, 0, 1, 1, 0, 1, 1]);
    const y = engine.labels([0, 1, 1, 0]);
    const first = network.train(x, y);
    let last = first;
    for (let step = 0; step < 8000 && last > 0.05; ++step) last = network.train(x, y);
    expect(last).toBeLessThan(0.1 * first);
    expect([...network.predict(x)]).toEqual([0, 1, 1, 0]);
    network.dispose();
  });

  it("rejects what cannot be", () => {
    expect(() => new Dense(0, 3)).toThrow("inputs: expected an integer of at least 1, got 0");
    expect(() => new Dense(3, 2.5)).toThrow("outputs: expected an integer of at least 1, got 2.5");
    expect(() => new Dense(3, 3, { learningRate: -0.1 })).toThrow(
      "learningRate: expected a finite number of at least 0, got -0.1",
    );
    expect(() => new Dense(3, 3, { init: "ones" as never })).toThrow(RangeError);
    expect(() => new Network(engine, [])).toThrow(TypeError);
    expect(() => new Network(engine, [new Dense(3, 4), new ReLU(), new Dense(5, 2)])).toThrow(
      "layer 2 (Dense): expected an input of 5 columns, got 4",
    );
    const network = new Network(engine, [new Dense(3, 4)]);
    expect(() => network.forward(engine.matrix(2, 5, new Float32Array(10)))).toThrow(ShapeError);
    expect(() => network.forward([1, 2, 3] as never)).toThrow(TypeError);
    const x = engine.matrix(2, 3, new Float32Array(6));
    const before = network.layers[0]?.parameters()[0]?.toArray();
    expect(() => network.train(x, engine.labels([1]))).toThrow("expected one for each of the 2 rows, got 1");
    expect(() => network.train(x, engine.labels([1, 4]))).toThrow(
      "expected class indices from 0 to 3, got labels up to 4",
    );
    expect(network.layers[0]?.parameters()[0]?.toArray()).toEqual(before);
    expect(() => network.layers[0]?.parameters()[0]?.set([1, 2])).toThrow("expected 3 × 4 = 12 values, got 2");
  });

  it("a matrix of another engine is refused", async () => {
    const other = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(3, 4)]);
    expect(() => network.forward(other.matrix(1, 3, [1, 2, 3]))).toThrow(
      "network: input: expected one of the same engine, got one of another engine",
    );
  });

  it("what was disposed of throws when used again, and gives its memory back", () => {
    const before = engine.memory.bytesInUse;
    const network = new Network(engine, [new Dense(3, 4), new ReLU(), new Dense(4, 2)]);
    const x = engine.matrix(2, 3, [1, 2, 3, 4, 5, 6]);
    const labels = engine.labels([0, 1]);
    network.train(x, labels);
    network.predict(x);
    network.dispose();
    network.dispose();
    expect(() => network.train(x, labels)).toThrow(DisposedError);
    expect(() => network.layers[0]?.forward(x)).toThrow(DisposedError);
    x.dispose();
    labels.dispose();
    expect(() => x.data).toThrow(DisposedError);
    expect(() => labels.pointer).toThrow(DisposedError);
    expect(engine.memory.bytesInUse).toBe(before);
  });
});
