import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/checks/errors.js";
import { parseIdx } from "../../src/digits/idx.js";
import { idxFile } from "./idx-files.js";

const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 });
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe("parseIdx", () => {
  it("reads shape and data of every rank, as a view of the file", () => {
    fc.assert(
      fc.property(shapes, fc.nat(3), (shape, offset) => {
        const data = Uint8Array.from({ length: product(shape) }, (_, i) => i);
        const file = idxFile(shape, data);
        const buffer = new Uint8Array(offset + file.length);
        buffer.set(file, offset);
        const array = parseIdx(buffer.subarray(offset), "f");
        expect(array).toEqual({ shape, data });
        expect(array.data.buffer).toBe(buffer.buffer);
        expect(array.data.byteOffset).toBe(offset + 4 + 4 * shape.length);
      }),
    );
  });

  const whole = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);
  const changed = (at: number, byte: number) => Uint8Array.from(whole, (old, i) => (i === at ? byte : old));
  const rejected: [problem: string, file: Uint8Array, message: string][] = [
    ["an empty file", new Uint8Array(), "got magic of an empty file"],
    ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 8, 0), "magic 00 00 08 01 to 03), got magic 1f 8b 08 08"],
    ["signed bytes", changed(2, 0x09), "unsigned bytes (type 08), got one of signed bytes (type 09)"],
    ["16-bit integers", changed(2, 0x0b), "got one of 16-bit integers (type 0b)"],
    ["32-bit integers", changed(2, 0x0c), "got one of 32-bit integers (type 0c)"],
    ["32-bit floats", changed(2, 0x0d), "got one of 32-bit floats (type 0d)"],
    ["64-bit floats", changed(2, 0x0e), "got one of 64-bit floats (type 0e)"],
    ["a type that there is not", changed(2, 0x0a), "got magic 00 00 0a 02"],
    ["rank 0", changed(3, 0), "got magic 00 00 08 00"],
    ["rank 4", changed(3, 4), "got magic 00 00 08 04"],
    ["a cut header", whole.subarray(0, 11), "expected a header of 12 bytes, got a file of 11"],
    ["a cut magic", whole.subarray(0, 3), "got magic 00 00 08"],
    ["missing data", whole.subarray(0, 17), "truncated, expected 6 bytes of data for shape 2x3, got 5"],
    [
      "trailing data",
      idxFile([2, 3], [1, 2, 3, 4, 5, 6, 7]),
      "oversized, expected 6 bytes of data for shape 2x3, got 7",
    ],
    [
      "sizes whose product is 2^32 times too large",
      idxFile([0x1_0000, 0x1_0000, 1], []),
      "truncated, expected 4294967296 bytes of data for shape 65536x65536x1, got 0",
    ],
    ["sizes at the limit", idxFile([0xffffffff, 0xffffffff, 0xffffffff], [1]), "truncated"],
  ];
  it.each(rejected)("rejects %s", (_, file, message) => {
    expect(() => parseIdx(file, "digits")).toThrow(FormatError);
    expect(() => parseIdx(file, "digits")).toThrow(/^digits: /);
    expect(() => parseIdx(file, "digits")).toThrow(message);
  });
});
