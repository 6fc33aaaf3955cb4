import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm,
  createEngine,
  Dense,
  ELU,
  type Engine,
  GELU,
  type Layer,
  LayerNorm,
  LeakyReLU,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "../../../src/index.js";
import { expectClose } from "../../kernels/fixture.js";

const LAYERS = { Dense, ReLU, LeakyReLU, ELU, GELU, SiLU, Sigmoid, Tanh, Softplus, BatchNorm, LayerNorm };

type Arrays = Record<string, number[]>;
interface Case {
  readonly name: keyof typeof LAYERS;
  readonly arguments: never[];
  readonly training: boolean;
  readonly parameters: Arrays;
  readonly buffers: Arrays;
  readonly buffersAfter: Arrays;
  readonly output: number[];
  readonly gradOutput: number[];
  readonly gradInput: number[];
  readonly gradients: Arrays;
}
interface Recorded {
  readonly rows: number;
  readonly columns: number;
  readonly input: number[];
  readonly cases: Case[];
}

const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../../recorded/torch-layers.json", import.meta.url), "utf8"),
);
const { rows, columns } = recorded;

const title = ({ name, arguments: options, training }: Case) =>
  `${name}(${JSON.stringify(options).slice(1, -1)})${name === "BatchNorm" ? (training ? " in training" : " in evaluation") : ""}`;

describe("layers", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ threads: 1 });
  });

  /** Within 1e-5 of the array's largest magnitude. */
  function expectAgrees(got: ArrayLike<number>, expected: readonly number[]): void {
    expectClose(got, expected, 1e-5 * Math.max(...expected.map(Math.abs)), 0);
  }

  it.each(recorded.cases.map((c) => [title(c), c] as const))("%s agrees with PyTorch within 1e-5", (_, c) => {
    const layer = new (LAYERS[c.name] as new (...options: never[]) => Layer)(...c.arguments);
    layer.attach(engine, columns);
    layer.training = c.training;
    for (const parameter of layer.parameters()) parameter.set(c.parameters[parameter.name] as number[]);
    for (const buffer of layer.buffers()) buffer.set(c.buffers[buffer.name] as number[]);
    const input = engine.matrix(rows, columns, recorded.input);
    const output = layer.forward(input);
    expectAgrees(output.data, c.output);
    const gradInput = layer.backward(input, engine.matrix(rows, output.columns, c.gradOutput));
    expectAgrees(gradInput.data, c.gradInput);
    expect(layer.parameters().map(({ name }) => name)).toEqual(Object.keys(c.gradients));
    for (const parameter of layer.parameters()) {
      expectAgrees(parameter.gradient(), c.gradients[parameter.name] as number[]);
    }
    expect(layer.buffers().map(({ name }) => name)).toEqual(Object.keys(c.buffersAfter));
    for (const buffer of layer.buffers()) expectAgrees(buffer.toArray(), c.buffersAfter[buffer.name] as number[]);
  });
});
