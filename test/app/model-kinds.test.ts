import { expect, it } from "vitest";
import { writeModel } from "../../src/app/model-file.js";
import { openDigitModel } from "../../src/app/model-kinds.js";
import { createEngine, Dense, FormatError, Network } from "../../src/index.js";

it.each(["safetensors", "onnx"] as const)(
  "a model of other images than MNIST's is refused as %s, MNIST's is opened",
  async (format) => {
    using engine = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(784, 10)]);
    const fashion = JSON.stringify({ height: 28, width: 28, classes: ["0", "1"], transposed: false, data: "ab" });
    const own = writeModel(network, format, { task: "mnist" });
    expect(openDigitModel(engine, own, {}).outputs).toBe(10);
    const other = writeModel(network, format, { task: "mnist", images: fashion });
    expect(() => openDigitModel(engine, other, {})).toThrow(FormatError);
    expect(() => openDigitModel(engine, other, {})).toThrow(
      `model.${format}: expected a model of MNIST's digits, got one of other images; use it with the command`,
    );
  },
);
