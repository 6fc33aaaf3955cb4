import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/checks/errors.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { byteLength, type Dtype, dtypes, float32Tensor, float32Values, type Tensor } from "../../src/formats/tensor.js";

/** A file of the given header and data, whether they fit or not. */
function file(header: string | Uint8Array, data: ArrayLike<number> = [], headerLength?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const json = (header: object, data?: ArrayLike<number>) => file(JSON.stringify(header), data);
const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });

// safetensors 0.8.0 (Python): save({"b": f32 [1, -2], "a": i64 [[7]], "s": f32 0.5}, {"made": "by reference"})
const reference = file(
  '{"__metadata__":{"made":"by reference"},"a":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},' +
    '"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"s":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}     ',
  [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f],
);

describe("parseSafetensors", () => {
  it("reads the reference implementation's file", () => {
    const { tensors, metadata } = parseSafetensors(reference);
    expect(metadata).toEqual({ made: "by reference" });
    expect([...tensors.keys()]).toEqual(["a", "b", "s"]);
    expect(tensors.get("a")).toEqual({ dtype: "I64", shape: [1, 1], data: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) });
    expect(float32Values(tensors.get("b") as Tensor)).toEqual(Float32Array.of(1, -2));
    expect(tensors.get("s")).toMatchObject({ dtype: "F32", shape: [] });
    expect(float32Values(tensors.get("s") as Tensor)).toEqual(Float32Array.of(0.5));
  });

  it("hands out views of the file, at any offset", () => {
    const buffer = new Uint8Array(3 + reference.length);
    buffer.set(reference, 3);
    const { data } = parseSafetensors(buffer.subarray(3)).tensors.get("b") as Tensor;
    expect(data.buffer).toBe(buffer.buffer);
    expect([...data]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it("accepts an empty header, and tensors without elements anywhere", () => {
    expect(parseSafetensors(file("{}"))).toEqual({ tensors: new Map(), metadata: {} });
    const { tensors } = parseSafetensors(
      json(
        { x: entry("U8", [1], [0, 1]), end: entry("F32", [0, 9], [1, 1]), start: entry("F64", [3, 0], [0, 0]) },
        [5],
      ),
    );
    expect([...tensors.keys()]).toEqual(["start", "x", "end"]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("takes %s for a key like any other", (key) => {
    const bytes = file(`{"__metadata__":{"${key}":"m"},"${key}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, [9]);
    const { tensors, metadata } = parseSafetensors(bytes);
    expect(tensors.get(key)).toEqual({ dtype: "U8", shape: [1], data: Uint8Array.of(9) });
    expect(Object.entries(metadata)).toEqual([[key, "m"]]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  const one = entry("U8", [1], [0, 1]);
  const rejected: [problem: string, bytes: Uint8Array, message: string][] = [
    ["an empty file", new Uint8Array(), "expected a safetensors file, got an empty file"],
    ["a cut length", new Uint8Array(7), "expected at least 8 bytes, got 7"],
    ["a header of no bytes", new Uint8Array(8), 'begins with "{", got none'],
    ["a header longer than the file", file("{}", [], 3n), "expected a header of at most 2 bytes (file: 10), got 3"],
    ["a header of 2^64 - 1 bytes", file("{}", [], 2n ** 64n - 1n), "got 18446744073709551615"],
    ["a header that begins with a space", file(" {}"), 'begins with "{", got 32'],
    ["a header that begins with a byte order mark", file("\ufeff{}"), 'begins with "{", got 239'],
    ["a header that is an array", file("[]"), 'begins with "{"'],
    ["cut JSON", file('{"a":'), "expected a JSON header, got: "],
    ["text after the JSON", file("{}x"), "expected a JSON header"],
    ["a NUL after the JSON", file("{}\0"), "expected a JSON header"],
    [
      "bytes that are not UTF-8",
      file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
      "expected a JSON header",
    ],
    [
      "JSON nested half a million deep",
      file(`{"a":${"[".repeat(5e5)}${"]".repeat(5e5)}}`),
      "expected a JSON header, got: more than 64 levels",
    ],
    [
      "a dtype nested half a million deep",
      file(`{"a":{"dtype":${"[".repeat(5e5)}${"]".repeat(5e5)}}}`),
      "expected a JSON header, got: more than 64 levels",
    ],
    [
      "a tensor twice",
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        [1],
      ),
      'each key once, got "a" twice',
    ],
    [
      "a shape twice",
      file('{"a":{"dtype":"U8","shape":[2],"shape":[1],"data_offsets":[0,1]}}', [1]),
      'got "shape" twice',
    ],
    ["metadata that is a string", json({ __metadata__: "x" }), '__metadata__: expected an object, got the string "x"'],
    ["metadata that is null", json({ __metadata__: null }), "expected an object, got null"],
    ["metadata with a number", json({ __metadata__: { epoch: 3 } }), '__metadata__ "epoch": expected a string, got 3'],
    ["an entry that is null", json({ a: null }), 'tensor "a": expected an object, got null'],
    ["an unknown dtype", json({ a: entry("F31", [1], [0, 1]) }, [1]), 'got the string "F31"'],
    [
      "an inherited property for a dtype",
      json({ a: entry("constructor", [1], [0, 1]) }, [1]),
      'got the string "constructor"',
    ],
    ["no dtype", json({ a: { shape: [1], data_offsets: [0, 1] } }, [1]), "got undefined"],
    ["no shape", json({ a: { dtype: "U8", data_offsets: [0, 1] } }, [1]), "expected a shape of sizes, got undefined"],
    [
      "an unknown field",
      json({ a: { ...one, scale: 2 } }, [1]),
      'expected only dtype, shape and data_offsets, got the string "scale"',
    ],
    ["a negative size", json({ a: entry("U8", [-1], [0, 1]) }, [1]), "expected a shape of sizes"],
    ["a size of -0", file('{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}'), "expected a shape of sizes"],
    ["a broken size", json({ a: entry("U8", [0.5, 2], [0, 1]) }, [1]), "expected a shape of sizes"],
    [
      "a size of 1e300",
      file('{"a":{"dtype":"U8","shape":[1e300],"data_offsets":[0,1]}}', [1]),
      "expected a shape of sizes",
    ],
    ["a size that is text", json({ a: entry("U8", ["1"], [0, 1]) }, [1]), "expected a shape of sizes"],
    ["a product of 2^64", json({ a: entry("U8", [2 ** 32, 2 ** 32], [0, 0]) }), "expected more than 2^53 bytes"],
    [
      "a product that overflows before a 0",
      json({ a: entry("U8", [2 ** 52, 2 ** 52, 0], [0, 0]) }),
      "expected more than 2^53 bytes",
    ],
    [
      "too few bytes for the shape",
      json({ a: entry("F32", [2], [0, 7]) }, new Uint8Array(7)),
      "expected 8 bytes for F32 of shape [2], got 7",
    ],
    [
      "too many bytes for the shape",
      json({ a: entry("F32", [], [0, 5]) }, new Uint8Array(5)),
      "expected 4 bytes for F32 of shape [], got 5",
    ],
    ["one offset", json({ a: entry("U8", [1], [0]) }, [1]), "expected data_offsets [begin, end], got the array [0]"],
    ["three offsets", json({ a: entry("U8", [1], [0, 1, 2]) }, [1]), "expected data_offsets [begin, end]"],
    ["a negative offset", json({ a: entry("U8", [1], [-1, 0]) }, [1]), "expected data_offsets [begin, end]"],
    [
      "an end before its begin",
      json({ a: entry("U8", [1], [1, 0]) }, [1]),
      "data_offsets with begin <= end, got the array [1, 0]",
    ],
    [
      "an end after the data",
      json({ a: entry("U8", [2], [0, 2]) }, [1]),
      "expected 2 bytes of data after the header, got 1",
    ],
    ["data after the tensors", json({ a: one }, [1, 2]), "expected 1 bytes of data after the header, got 2"],
    ["data without tensors", file("{}", [1]), "expected 0 bytes of data after the header, got 1"],
    [
      "an overlap",
      json({ a: entry("U8", [2], [0, 2]), b: entry("U8", [2], [1, 3]) }, [1, 2, 3]),
      'overlap, expected tensor "b" to begin at byte 2, got 1',
    ],
    [
      "two tensors on the same bytes",
      json({ a: one, b: one }, [1]),
      'overlap, expected tensor "b" to begin at byte 1, got 0',
    ],
    [
      "a hole",
      json({ a: one, b: entry("U8", [1], [2, 3]) }, [1, 2, 3]),
      'hole, expected tensor "b" to begin at byte 1, got 2',
    ],
    [
      "a hole at the start",
      json({ a: entry("U8", [1], [1, 2]) }, [1, 2]),
      'hole, expected tensor "a" to begin at byte 0, got 1',
    ],
    [
      "an empty tensor inside another",
      json({ a: entry("U8", [2], [0, 2]), b: entry("U8", [0], [1, 1]) }, [1, 2]),
      "overlap",
    ],
  ];
  it.each(rejected)("rejects %s", (_, bytes, message) => {
    expect(() => parseSafetensors(bytes, "model")).toThrow(FormatError);
    expect(() => parseSafetensors(bytes, "model")).toThrow(/^model: /);
    expect(() => parseSafetensors(bytes, "model")).toThrow(message);
  });

  it.each([
    [2 * 2 ** 20, 2 ** 20 + 2 ** 17],
    [1_000_000_000, 63_548_576],
  ])("rejects unread a header of most of %i bytes, for more than %i", (size, most) => {
    const bytes = new Uint8Array(size);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(most + 1), true);
    expect(() => parseSafetensors(bytes)).toThrow(`expected a header of at most ${most} bytes`);
    expect(() =>
      serializeSafetensors([["a".repeat(most), { dtype: "U8", shape: [0], data: new Uint8Array() }]]),
    ).toThrow("header: expected at most");
  });

  it("keeps a hostile name out of the message", () => {
    const failure = () => parseSafetensors(json({ ["x".repeat(1e6)]: null }));
    expect(failure).toThrow(FormatError);
    expect(failure).not.toThrow(/x{81}/);
  });
});

const texts = fc.string({ unit: "grapheme", maxLength: 12 });
const names = texts.filter((name) => name !== "__metadata__");
const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const length = byteLength(dtype, shape) as number;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ dtype, shape, data }));
  });
const contents = fc.uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 6 });
const metadatas = fc.dictionary(texts, texts);

/** In any order: names such as "1" of tensors without elements change places. */
const byName = (tensors: Iterable<readonly [string, Tensor]>) =>
  new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1)));

describe("serializeSafetensors", () => {
  it("is undone by parseSafetensors", () => {
    fc.assert(
      fc.property(contents, metadatas, (tensors, metadata) => {
        const parsed = parseSafetensors(serializeSafetensors(tensors, metadata));
        expect(Object.entries(parsed.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(byName(parsed.tensors)).toEqual(byName(tensors));
      }),
      { numRuns: 500 },
    );
  });

  it("begins the data at a multiple of 8 bytes, padded with spaces only", () => {
    fc.assert(
      fc.property(contents, metadatas, (tensors, metadata) => {
        const bytes = serializeSafetensors(tensors, metadata);
        const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
        expect(length % 8).toBe(0);
        expect(text).toMatch(/^\{.*\} {0,7}$/su);
        expect(bytes.length - 8 - length).toBe(tensors.reduce((sum, [, { data }]) => sum + data.length, 0));
      }),
      { numRuns: 200 },
    );
  });

  it("keeps the given order, of names that objects would reorder too", () => {
    const value = (n: number) => float32Tensor(Float32Array.of(n), [1]);
    const given = new Map([
      ["10", value(1)],
      ["b", value(2)],
      ["2", value(3)],
      ["a", value(4)],
    ]);
    const { tensors } = parseSafetensors(serializeSafetensors(given));
    expect([...tensors.keys()]).toEqual(["10", "b", "2", "a"]);
    expect([...tensors.values()].flatMap((tensor) => [...float32Values(tensor)])).toEqual([1, 2, 3, 4]);
  });

  it("writes the reference implementation's very bytes for the same contents", () => {
    const { tensors, metadata } = parseSafetensors(reference);
    expect(serializeSafetensors(tensors, metadata)).toEqual(reference);
  });

  const ok: Tensor = { dtype: "U8", shape: [2], data: new Uint8Array(2) };
  const rejected: [problem: string, tensors: [string, Tensor][], message: string][] = [
    [
      "a name twice",
      [
        ["a", ok],
        ["a", ok],
      ],
      'tensor "a": expected a name',
    ],
    ["the reserved name", [["__metadata__", ok]], 'tensor "__metadata__": expected a name'],
    ["half a surrogate pair", [["\ud800", ok]], "expected well-formed Unicode"],
    ["an unknown dtype", [["a", { ...ok, dtype: "U9" as Dtype }]], 'tensor "a": expected a dtype of BOOL U8'],
    [
      "a size that is none",
      [["a", { ...ok, shape: [-2, -1] }]],
      "expected a shape of integers >= 0, got the array [-2, -1]",
    ],
    ["data that does not fit", [["a", { ...ok, shape: [3] }]], "expected 3 bytes for U8 of shape [3], got 2"],
  ];
  it.each(rejected)("rejects %s", (_, tensors, message) => {
    expect(() => serializeSafetensors(tensors)).toThrow(RangeError);
    expect(() => serializeSafetensors(tensors)).toThrow(message);
  });

  it("rejects metadata that is not text", () => {
    const metadata = { epoch: 3 } as unknown as Record<string, string>;
    expect(() => serializeSafetensors([], metadata)).toThrow(TypeError);
    expect(() => serializeSafetensors([], metadata)).toThrow('metadata "epoch": expected a string, got 3');
  });
});

describe("headers that nobody wrote", () => {
  /** Either FormatError, or tensors that divide the data among them without a gap and survive a round trip. */
  function accepts(bytes: Uint8Array): boolean {
    let parsed: ReturnType<typeof parseSafetensors>;
    try {
      parsed = parseSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return false;
    }
    const { tensors, metadata } = parsed;
    let at = bytes.byteOffset + 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    for (const { dtype, shape, data } of tensors.values()) {
      expect([data.byteOffset, data.length]).toEqual([at, byteLength(dtype, shape)]);
      at += data.length;
    }
    expect(at).toBe(bytes.byteOffset + bytes.length);
    expect(byName(parseSafetensors(serializeSafetensors(tensors, metadata)).tensors)).toEqual(byName(tensors));
    return true;
  }

  it("5000 headers of plausible entries", () => {
    const size = fc.oneof(fc.nat(4), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, "1", null));
    const plausible = fc.record({
      dtype: fc.constantFrom("U8", "F32", "I64", "X", 1),
      shape: fc.array(size, { maxLength: 3 }),
      data_offsets: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(8) }, size), { minLength: 2, maxLength: 2 }),
    });
    const fitting = fc.tuple(fc.nat(2), fc.nat(2)).map(([begin, size]) => entry("U8", [size], [begin, begin + size]));
    const entries = fc.oneof({ weight: 6, arbitrary: fitting }, plausible, fc.jsonValue());
    const header = fc.dictionary(fc.constantFrom("a", "b", "1", "__proto__", "__metadata__"), entries, { maxKeys: 3 });
    let accepted = 0;
    fc.assert(
      fc.property(header, fc.nat(4), (members, length) => {
        if (accepts(json(members, new Uint8Array(length)))) accepted++;
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(200);
    expect(accepted).toBeLessThan(4000);
  });

  it("5000 random headers", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (header, length) => {
        const bytes = file(Uint8Array.of(0x7b, ...header), [], BigInt(length));
        accepts(bytes);
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});

describe("half a surrogate pair in a header", () => {
  it.each(['{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}', '{"__metadata__":{"a":"\\udc00"}}'])(
    "%s is refused",
    (header) => {
      const bytes = new Uint8Array(8 + header.length);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
      new TextEncoder().encodeInto(header, bytes.subarray(8));
      expect(() => parseSafetensors(bytes)).toThrow("expected well-formed Unicode, got");
    },
  );
});
