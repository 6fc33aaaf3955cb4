import { describe, expect, it } from "vitest";
import { float32Tensor, float32Values } from "../../src/formats/tensor.js";

describe("float32Values and float32Tensor", () => {
  const values = Float32Array.of(1, -0.5, Number.NaN, 3e-45, Number.POSITIVE_INFINITY, 0);

  it("are each other's inverse, without a copy", () => {
    const tensor = float32Tensor(values, [2, 3]);
    expect(tensor).toMatchObject({ dtype: "F32", shape: [2, 3] });
    expect(float32Values(tensor)).toEqual(values);
    expect(float32Values(tensor).buffer).toBe(values.buffer);
  });

  it("keep to a view's part of its buffer", () => {
    const part = values.subarray(1, 3);
    expect(float32Tensor(part, [2]).data.length).toBe(8);
    expect(float32Values(float32Tensor(part, [2]))).toEqual(part);
  });

  it.each([1, 2, 3])("copy bytes that are %i off alignment", (offset) => {
    const bytes = new Uint8Array(24 + offset);
    bytes.set(new Uint8Array(values.buffer), offset);
    expect(float32Values({ dtype: "F32", shape: [6], data: bytes.subarray(offset) })).toEqual(values);
  });

  it("reject another dtype", () => {
    expect(() => float32Values({ dtype: "I32", shape: [1], data: new Uint8Array(4) })).toThrow(
      "expected dtype F32, got I32",
    );
  });

  it.each([[[5]], [[2, 2]], [[]], [[-6]], [[-0]], [[1.5, 4]], [[2 ** 32, 2 ** 32]]])(
    "reject the shape %j for 6 values",
    (shape) => {
      expect(() => float32Tensor(values, shape)).toThrow(RangeError);
    },
  );
});
