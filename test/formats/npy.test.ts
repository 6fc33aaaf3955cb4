import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError, type NpyData, parseNpy, ShapeError, serializeNpy } from "../../src/index.js";

const folder = new URL("../recorded/numpy/", import.meta.url);
const file = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

interface Recorded {
  readonly dtype: string;
  readonly shape: number[];
  readonly values: (number | string | boolean)[];
}
const { files } = JSON.parse(readFileSync(new URL("contents.json", folder), "utf8")) as {
  files: Record<string, Recorded>;
};

/** An npy file of this header. */
function npy(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    ...length,
    ...text,
    ...Array.from(data),
  ]);
}
const header = (descr = "'|u1'", order = "False", shape = "(2,)") =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;

describe("parseNpy", () => {
  it.each(Object.entries(files))("reads NumPy's %s", (name, { dtype, shape, values }) => {
    // At an odd offset: nothing may hang on the file's alignment.
    const bytes = new Uint8Array(file(name).length + 1);
    bytes.set(file(name), 1);
    const array = parseNpy(bytes.subarray(1), name);
    expect([array.dtype, array.shape]).toEqual([dtype, shape]);
    const special: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
    const numbers = values.map((value) =>
      typeof value === "string" ? (special[value] ?? Number(value)) : Number(value),
    );
    expect(Array.from(array.data as ArrayLike<number | bigint>, Number)).toEqual(numbers);
  });

  it("leaves the file as it was", () => {
    for (const name of ["big-f8.npy", "fortran-big-i2.npy"]) {
      const bytes = file(name);
      parseNpy(bytes);
      expect(bytes).toEqual(file(name));
    }
  });

  it("takes the keys in any order, with either quotes", () => {
    const bytes = npy(`{"shape":(1,2),"fortran_order":True,"descr":'|i1'}`, [255, 1]);
    expect(parseNpy(bytes)).toEqual({ dtype: "|i1", shape: [1, 2], data: Int8Array.of(-1, 1) });
  });

  it.each(["<u1", ">u1", "|u1"])("takes %s for bytes, which have no order", (dtype) => {
    expect(parseNpy(npy(header(`'${dtype}'`), [1, 255]))).toEqual({ dtype, shape: [2], data: Uint8Array.of(1, 255) });
  });

  it("takes <b1 for truth values", () => {
    expect(parseNpy(npy(header("'<b1'"), [1, 0])).data).toEqual(Uint8Array.of(1, 0));
    expect(() => parseNpy(npy(header("'<b1'"), [1, 2]))).toThrow("truth values of 0 and 1");
  });

  it("reads all 65 536 floats of 2 bytes as float32", () => {
    const bits = Uint8Array.from({ length: 2 ** 17 }, (_, i) => (i % 2 ? i >> 9 : (i >> 1) & 255));
    const { data } = parseNpy(npy(header("'<f2'", "False", "(65536,)"), bits));
    expect(data).toBeInstanceOf(Float32Array);
    // Sign, exponent and fraction by the definition of binary16.
    for (let half = 0; half < 2 ** 16; ++half) {
      const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
      const size =
        exponent === 0
          ? fraction * 2 ** -24
          : exponent < 31
            ? (1024 + fraction) * 2 ** (exponent - 25)
            : fraction === 0
              ? Infinity
              : NaN;
      if (!Object.is(data[half], half >> 15 ? -size : size)) expect.fail(`${half}: got ${data[half]}`);
    }
  });

  it.each([
    ["an empty file", new Uint8Array(), "got an empty file"],
    ["another file", Uint8Array.of(0x50, 0x4b, 3, 4), "got a ZIP archive that begins with 50 4b 03 04"],
    ["version 4", npy(header(), [1, 2], 4), "version 1.0 to 3.0"],
    ["a cut length", npy(header()).subarray(0, 9), "expected at least 10 bytes, got 9"],
    ["a header longer than the file", npy(header()).subarray(0, 40), "expected a header of at most 30 bytes"],
    [
      "a header of 4 GiB",
      Uint8Array.from([...npy("", [], 2).subarray(0, 8), 255, 255, 255, 255]),
      "at most 0 bytes, got 4294967295",
    ],
    ["a header beyond NumPy's limit", npy(" ".repeat(10_001)), "at most 10000 bytes"],
    ["code", npy("__import__('os').system('true')"), "expected a Python dict"],
    ["an expression for a size", npy(header("'|u1'", "False", "(1+1,)"), [1, 2]), 'got "+1,)'],
    ["a key twice", npy("{'descr': '|u1', 'descr': '|u1'}"), "a key not used yet"],
    ["a missing key", npy("{'descr': '|u1', 'shape': (2,)}", [1, 2]), 'got "descr,shape"'],
    [
      "a fourth key",
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (), 'x': ()}", [1]),
      "header: expected descr",
    ],
    ["text after the dict", npy(`${header()} 1`, [1, 2]), "the end of the header"],
    ["an unclosed dict", npy("{'descr': '|u1'"), "got its end"],
    ["a number for a tuple", npy(header("'|u1'", "False", "(2)"), [1, 2]), 'expected ","'],
    ["a negative size", npy(header("'|u1'", "False", "(-2,)"), [1, 2]), "header"],
    ["a size beyond 2^53", npy(header("'|u1'", "False", "(9999999999999999,)"), [1]), "expected a size"],
    ["nested tuples", npy(header("'|u1'", "False", "((2,),)"), [1, 2]), "expected a size"],
    ["65 dimensions", npy(header("'|u1'", "False", `(${"1,".repeat(65)})`), [1]), "at most 64 dimensions"],
    ["records", npy(header("[('a', '<f4')]")), `expected one type for all elements, got "[('a', '<f4')]`],
    [
      "objects",
      npy(header("'|O'"), [0, 0]),
      "expected a type of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1, with < or > or | before it, got |O (Python objects)",
    ],
    ["texts", npy(header("'<U5'"), new Uint8Array(40)), "got <U5 (texts)"],
    ["bytes of a text", npy(header("'|S3'"), new Uint8Array(6)), "got |S3 (texts)"],
    ["complex numbers", npy(header("'<c8'"), new Uint8Array(16)), "got <c8 (complex numbers)"],
    ["dates", npy(header("'<M8[ns]'"), new Uint8Array(16)), "got <M8[ns] (dates)"],
    ["floats of 16 bytes", npy(header("'<f16'"), new Uint8Array(32)), "got <f16"],
    ["halves cut short", npy(header("'<f2'"), [0, 0, 0]), "expected 4 bytes of <f2 for shape (2), got 3"],
    ["no byte order", npy(header("'|f4'"), new Uint8Array(8)), "got |f4"],
    ["a type that objects have", npy(header("'<constructor'"), [1, 2]), "got <constructor"],
    ["data too short", npy(header(), [1]), "expected 2 bytes of |u1 for shape (2), got 1"],
    ["data too long", npy(header(), [1, 2, 3]), "expected 2 bytes of |u1 for shape (2), got 3"],
    ["a product beyond 2^64", npy(header("'|u1'", "False", "(4294967296, 4294967296, 4294967296)"), []), "got 0"],
    ["a truth value of 2", npy(header("'|b1'"), [1, 2]), "truth values of 0 and 1"],
  ] as const)("refuses %s", (_, bytes, message) => {
    expect(() => parseNpy(bytes, "x.npy")).toThrow(FormatError);
    expect(() => parseNpy(bytes, "x.npy")).toThrow(message);
    expect(() => parseNpy(bytes, "x.npy")).toThrow(/^x\.npy: /);
  });
});

describe("serializeNpy", () => {
  it.each([
    "little-f4",
    "little-f8",
    "little-i2",
    "little-i4",
    "little-i8",
    "little-u2",
    "little-u4",
    "little-u8",
    "u1",
    "i1",
    "scalar",
    "vector",
    "empty",
    "extremes",
  ])("writes the bytes that NumPy wrote: %s", (name) => {
    const bytes = file(`${name}.npy`);
    const { data, shape } = parseNpy(bytes);
    expect(serializeNpy(data, shape)).toEqual(bytes);
  });

  it("is undone by parseNpy", () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    const types = fc.constantFrom(Float32Array, Float64Array, Int16Array, Uint32Array, BigInt64Array, Uint8Array);
    fc.assert(
      fc.property(shapes, types, (shape, type) => {
        const data = new type(shape.reduce((product, size) => product * size, 1)) as NpyData;
        for (let i = 0; i < data.length; ++i) data[i] = typeof data[i] === "bigint" ? BigInt(i) : i;
        expect(parseNpy(serializeNpy(data, shape))).toMatchObject({ shape, data });
      }),
    );
  });

  it("refuses what does not fit", () => {
    expect(() => serializeNpy(Float32Array.of(1), [2])).toThrow(ShapeError);
    expect(() => serializeNpy(Float32Array.of(1), [-1, -1])).toThrow("expected integers of at least 0");
    expect(() => serializeNpy([1] as unknown as Float32Array, [1])).toThrow(TypeError);
  });
});
