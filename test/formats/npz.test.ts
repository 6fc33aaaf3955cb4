import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type NpzOptions, parseNpy, parseNpz, serializeNpz } from "../../src/formats/npz.js";
import { createEngine, Dense, FormatError, Network } from "../../src/index.js";

const recorded = (name: string) => new Uint8Array(readFileSync(new URL(`../recorded/numpy/${name}`, import.meta.url)));

const zeros = { shape: [64, 1000], data: new Float32Array(64_000) };

/** Where the directory of an archive without comment begins, and where its first entry's field lies. */
const directory = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(bytes.length - 6, true);

/** A copy with the 32 bits at `at` of the directory's first entry set. */
function altered(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(directory(copy) + at, value, true);
  return copy;
}

describe("parseNpz", () => {
  it.each(["stored.npz", "deflated.npz"])("reads NumPy's %s", (name) => {
    const arrays = parseNpz(recorded(name), name);
    const grid = Float32Array.from({ length: 240 }, (_, i) => i);
    expect([...arrays.keys()]).toEqual(["grid", "layers.0.biases", "count"]);
    expect(arrays.get("grid")).toEqual({ dtype: "<f4", shape: [12, 20], data: grid });
    expect(arrays.get("layers.0.biases")).toEqual({ dtype: "<f4", shape: [2, 20], data: grid.slice(0, 40) });
    expect(arrays.get("count")).toEqual({ dtype: "<i8", shape: [], data: BigInt64Array.of(7n) });
  });

  it("what is handed out is not a view of the archive", () => {
    for (const compress of [true, false]) {
      const bytes = serializeNpz([["a", { shape: [2], data: Float32Array.of(1, 2) }]], { compress });
      expect(parseNpz(bytes).get("a")?.data.buffer).not.toBe(bytes.buffer);
    }
  });

  it.each([0, 1, 2, 3, 5, 7])("reads a Buffer at offset %i, and leaves it as it was", (offset) => {
    for (const name of ["stored.npz", "deflated.npz"]) {
      const file = recorded(name);
      const whole = Buffer.concat([Buffer.alloc(offset, 1), file, Buffer.alloc(3, 1)]);
      const before = Buffer.from(whole);
      expect(parseNpz(whole.subarray(offset, offset + file.length))).toEqual(parseNpz(file));
      expect(whole).toEqual(before);
    }
    for (const name of ["big-f8.npy", "fortran-f4.npy", "little-i8.npy"]) {
      const file = recorded(name);
      const whole = Buffer.concat([Buffer.alloc(offset, 1), file]);
      const { data } = parseNpy(whole.subarray(offset));
      expect({ data }).toEqual({ data: parseNpy(file).data });
      expect(data.buffer).not.toBe(whole.buffer);
      expect(whole.subarray(offset)).toEqual(Buffer.from(file));
    }
  });

  it("refuses a name with NUL, which Python cuts off there", () => {
    const bytes = serializeNpz([["a_b", { shape: [1], data: Float32Array.of(1) }]], { compress: false });
    const text = new TextDecoder("latin1").decode(bytes).replaceAll("a_b.npy", "a\0b.npy");
    const named = Uint8Array.from(text, (character) => character.charCodeAt(0));
    // "latin1" is windows-1252 there: only the ASCII of the names was meant to change.
    const file = bytes.map((byte, at) => (named[at] === 0 ? 0 : byte));
    expect(() => parseNpz(file)).toThrow("expected a name without NUL, got one");
    expect(() => serializeNpz([["a\0b", { shape: [1], data: Float32Array.of(1) }]])).toThrow(RangeError);
  });

  const packed = serializeNpz([["a", { shape: [3], data: Float32Array.of(1, 2, 3) }]]);
  const stored = serializeNpz([["a", { shape: [3], data: Float32Array.of(1, 2, 3) }]], { compress: false });
  const two = serializeNpz([
    ["a", { shape: [3], data: Float32Array.of(1, 2, 3) }],
    ["b", { shape: [3], data: Float32Array.of(4, 5, 6) }],
  ]);
  /** Both entries of the directory point at the first file. */
  const overlapping = (() => {
    const copy = two.slice();
    const second = directory(copy) + 46 + "a.npy".length;
    copy.copyWithin(second, directory(copy), second);
    return copy;
  })();
  const renamed = (name: string) => {
    const text = new TextDecoder("latin1").decode(packed).replaceAll("a.npy", name);
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  };

  it.each([
    ["an empty file", new Uint8Array(), "expected a ZIP archive"],
    ["a cut archive", packed.subarray(0, packed.length - 1), "expected a ZIP archive"],
    ["an archive with its start cut off", packed.slice(1), "whose directory ends at byte"],
    ["a size of 4 GiB", altered(packed, 24, 0xffffffff), "expected at most 1032 times"],
    ["a size too small", altered(packed, 24, 100), "expected 100 bytes unpacked, got more"],
    ["a size too large", altered(packed, 24, 150), "expected 150 bytes unpacked, got 140"],
    ["packed bytes beyond the file", altered(packed, 20, 0x7fffffff), "expected data before byte"],
    ["packed bytes too few", altered(packed, 20, 20), "expected deflated data"],
    ["a stored size that differs", altered(stored, 24, 139), "expected 140 bytes, as they are stored"],
    ["a header beyond the file", altered(packed, 42, 0xfffffff0), "expected a file header before"],
    ["a header elsewhere", altered(packed, 42, 4), "expected a file header before"],
    ["another CRC-32", altered(packed, 16, 1), "expected the CRC-32 1"],
    ["encryption", altered(packed, 8, 8 * 0x10000 + 1), "expected no encryption"],
    ["another method", altered(packed, 8, 12 * 0x10000), "got method 12"],
    ["files on the same bytes", overlapping, "twice"],
    ["a file that is no npy", renamed("a.txt"), 'expected files named ….npy, got "a.txt"'],
    ["names that are no UTF-8", renamed("\xff.npy"), "expected names in ASCII or UTF-8"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseNpz(bytes, "x.npz")).toThrow(FormatError);
    expect(() => parseNpz(bytes, "x.npz")).toThrow(message);
    expect(() => parseNpz(bytes, "x.npz")).toThrow(/^x\.npz: /);
  });

  it("refuses files that overlap under different names", () => {
    const copy = two.slice();
    const view = new DataView(copy.buffer);
    const second = directory(copy) + 46 + "a.npy".length;
    const inside = view.getUint32(second + 42, true);
    // The first file now reaches to the end of the second.
    view.setUint32(directory(copy) + 20, directory(copy) - 30 - "a.npy".length, true);
    expect(inside).toBeGreaterThan(0);
    expect(() => parseNpz(copy)).toThrow('"b.npy": expected to begin from byte');
  });

  it("unpacks no more than is allowed, by default the file and 8 MiB", () => {
    const bomb = serializeNpz(Array.from({ length: 40 }, (_, i) => [`z${i}`, zeros] as const));
    expect(bomb.length).toBeLessThan(20_000);
    expect(() => parseNpz(bomb)).toThrow(
      `expected at most ${bomb.length + 8 * 2 ** 20} bytes unpacked (maxBytes), got 10245120`,
    );
    expect(parseNpz(bomb, "z", { maxBytes: 10_245_120 }).size).toBe(40);
    expect(() => parseNpz(bomb, "z", { maxBytes: 10_245_119 })).toThrow(FormatError);
    expect(() => parseNpz(bomb, "z", { maxBytes: NaN } as NpzOptions)).toThrow(RangeError);
  });
});

describe("serializeNpz", () => {
  it("keeps a network's weights", async () => {
    const network = new Network(await createEngine({ threads: 1 }), [new Dense(5, 7), new Dense(7, 2)]);
    const state = network.stateDict();
    const arrays = parseNpz(serializeNpz(Object.entries(state)));
    expect([...arrays.keys()]).toEqual(Object.keys(state));
    for (const [name, { shape, data }] of Object.entries(state))
      expect(arrays.get(name)).toMatchObject({ shape, data });
    network.dispose();
  });

  it("gives the same bytes each time, small where it compresses", () => {
    expect(serializeNpz([["z", zeros]])).toEqual(serializeNpz([["z", zeros]]));
    expect(serializeNpz([["z", zeros]]).length).toBeLessThan(1000);
    expect(serializeNpz([["z", zeros]], { compress: false }).length).toBeGreaterThan(256_000);
  });

  it("refuses a name twice", () => {
    expect(() =>
      serializeNpz([
        ["a", zeros],
        ["a", zeros],
      ]),
    ).toThrow('got "a" twice');
  });
});
