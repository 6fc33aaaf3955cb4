// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are programs, as texts
import { expect, it } from "vitest";
import { MIB, measureReader } from "./child-reader.js";

/** Processor time of the slowest case on a busy machine of the slow kind is a fifth of this. */
const MOST_MILLISECONDS = 10_000;

/** Garbage that is not yet collected, of files that take more at once than those of the fuzzer. */
const SLACK = 24 * MIB;

/** How files are made that are long to write down. */
const MAKERS = `
  import { writeFileSync } from "node:fs";
  import { parquetWriteBuffer } from "hyparquet-writer";
  const MIB = ${MIB};
  const text = (string) => new TextEncoder().encode(string);
  /** The beginning, pieces up to a length, and the end. */
  const filled = (length, begin, piece, end) => {
    const parts = [begin];
    for (let left = length - begin.length - end.length, i = 0; ; ++i) {
      const next = piece(i);
      if ((left -= next.length) < 0) return parts.join("") + end;
      parts.push(next);
    }
  };
  /** safetensors: as long a header as is read beside so much data. */
  const safetensors = (data, begin, piece, end) => {
    const header = text(filled(MIB + Math.floor(data / 16) - 16, begin, piece, end));
    const file = new Uint8Array(8 + header.length + data);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(header, 8);
    return file;
  };
  /** A field of protocol buffers that has a length. */
  const field = (number, ...parts) => {
    const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
    const length = [];
    for (let rest = content.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
  };
  const opset = field(8, Buffer.from([16, 17]));
  const onnx = (...graph) => new Uint8Array(Buffer.concat([Buffer.from([8, 8]), field(7, ...graph), opset]));
  /** Nodes, and an input of a graph. */
  const node = (op, inputs, output, ...rest) =>
    field(1, ...inputs.map((input) => field(1, input)), field(2, output), field(4, op), ...rest);
  const scalings = (count) => Array.from({ length: count }, (_, i) => node("Mul", [i === 0 ? "x" : "h" + i, "c"], "h" + (i + 1)));
  const matrixOf = (name) =>
    field(11, field(1, name), field(2, field(1, Buffer.from([8, 1]), field(2, field(1), field(1)))));
  /** A column in one page. */
  const parquet = (rows, value, type, encoding) => {
    const columnData = [{ name: "c", data: Array.from({ length: rows }, (_, row) => value(row)), type, ...(encoding && { encoding }) }];
    return new Uint8Array(parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED", pageSize: 1e9, rowGroupSize: rows }));
  };
  const repeated = (bytes, times) => Buffer.alloc(bytes.length * times, Buffer.from(bytes));
`;

/** A module, a file, how it is read, bytes of it where the file is none, and what comes out. */
const CASES: Record<
  string,
  readonly [module: string, make: string, read: string, size: number | undefined, message: string]
> = {
  "JSON Lines: 192 kB of other keys in each line": [
    "tables/jsonl/jsonl.js",
    'text(filled(192_000, "", (i) => `{"k${i}":1}\\n`, ""))',
    "m.readJsonLines([file])",
    undefined,
    "values up to here, missing ones among them, got",
  ],
  "JSON Lines: 1 MB of other keys in each line": [
    "tables/jsonl/jsonl.js",
    'text(filled(1_000_000, "", (i) => `{"k${i}":1}\\n`, ""))',
    "m.readJsonLines([file])",
    undefined,
    "values up to here, missing ones among them, got",
  ],
  "JSON Lines: a line nested a million deep": [
    "tables/jsonl/jsonl.js",
    'text(`{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`)',
    "m.readJsonLines([file])",
    undefined,
    "more than 64 levels",
  ],
  "CSV: 6 MB of commas": [
    "tables/csv/csv.js",
    "repeated(text(','), 6e6)",
    "m.readCsv(() => [file])",
    undefined,
    "at most 65536 fields",
  ],
  "CSV: an open quote of 4 MB in 4000 parts": [
    "tables/csv/csv.js",
    "repeated(text('x'), 1000)",
    `m.readCsv(() => ["a,b\\n1,2\\n3,\\"", ...Array.from({ length: 4000 }, () => file)])`,
    4_000_000,
    "line 3: expected the quoted field that begins here to be closed",
  ],
  // 500 MB take 8 times its time and the same memory.
  "CSV: 50 MB of empty lines": [
    "tables/csv/csv.js",
    "repeated(text('\\n'), 1e6)",
    `m.readCsv(() => ["a,b\\n1,2\\n", ...Array.from({ length: 50 }, () => file), "3\\n"])`,
    50_000_000,
    "line 50000003: expected 2 fields, got 1",
  ],
  "CSV: 20 MB of empty lines of two characters": [
    "tables/csv/csv.js",
    "repeated(text('\\r\\n'), 5e5)",
    `m.readCsv(() => ["a,b\\r\\n1,2\\r\\n", ...Array.from({ length: 20 }, () => file), "3\\r\\n"])`,
    20_000_000,
    "line 10000003: expected 2 fields, got 1",
  ],
  // Each table has 1 million rows: 12 MB of numbers with the places of their rows, or 8 MB of names.
  "Parquet: a page of a million empty texts": [
    "tables/parquet/parquet.js",
    'parquet(1e6, () => "", "STRING", "PLAIN")',
    "m.readParquet(file.buffer)",
    undefined,
    "read",
  ],
  "Parquet: a page of a million short texts, lengths first": [
    "tables/parquet/parquet.js",
    'parquet(1e6, (row) => "t" + (row % 10), "STRING", "DELTA_LENGTH_BYTE_ARRAY")',
    "m.readParquet(file.buffer)",
    undefined,
    "read",
  ],
  "Parquet: a page of a million short texts, prefixes first": [
    "tables/parquet/parquet.js",
    'parquet(1e6, (row) => "t" + (row % 10), "STRING", "DELTA_BYTE_ARRAY")',
    "m.readParquet(file.buffer)",
    undefined,
    "read",
  ],
  "Parquet: a million missing values in 200 bytes": [
    "tables/parquet/parquet.js",
    'parquet(1e6, (row) => (row ? null : 1), "DOUBLE")',
    "m.readParquet(file.buffer)",
    undefined,
    "read",
  ],
  "Parquet: a million dates": [
    "tables/parquet/parquet.js",
    'parquet(1e6, (row) => new Date(1e12 + row), "TIMESTAMP")',
    "m.readParquet(file.buffer)",
    undefined,
    "read",
  ],
  "safetensors: a header of nothing but arrays": [
    "formats/safetensors.js",
    `safetensors(8 * MIB, '{"a":[', () => "[],", "[]]}")`,
    "m.parseSafetensors(file)",
    undefined,
    "expected a JSON header, got: more than",
  ],
  "safetensors: a header of nothing but numbers": [
    "formats/safetensors.js",
    `safetensors(8 * MIB, '{"a":[', () => "0,", "0]}")`,
    "m.parseSafetensors(file)",
    undefined,
    'tensor "a": expected an object, got an array of length',
  ],
  "safetensors: a header of nothing but keys": [
    "formats/safetensors.js",
    "safetensors(8 * MIB, '{\"!\":{}', (i) => `,\"${i.toString(36)}\":{}`, '}')",
    "m.parseSafetensors(file)",
    undefined,
    "expected a JSON header, got: more than",
  ],
  "safetensors: a header of as many keys as may be": [
    "formats/safetensors.js",
    "safetensors(8 * MIB, '{\"!\":{}', (i) => `,\"${String(i).padStart(7)}\":{}`, '}')",
    "m.parseSafetensors(file)",
    undefined,
    "expected a dtype of",
  ],
  "safetensors: metadata alone, in the longest header of a small file": [
    "formats/safetensors.js",
    'safetensors(0, \'{"__metadata__":{"!":""\', (i) => `,"${String(i).padStart(6)}":""`, \'}}\')',
    "m.parseSafetensors(file)",
    undefined,
    "read",
  ],
  "safetensors: objects in objects": [
    "formats/safetensors.js",
    `safetensors(0, '{"a":'.repeat(200_000) + "0" + "}".repeat(100_000), () => "}", "")`,
    "m.parseSafetensors(file)",
    undefined,
    "expected a JSON header, got: more than 64 levels",
  ],
  "ONNX: packed dimensions of 20 MB": [
    "formats/onnx/onnx-decode.js",
    "onnx(field(5, Buffer.from([16, 1]), field(1, repeated([1], 2e7))))",
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected a shape of sizes, got [1,1,1,1,1,1,1,1]",
  ],
  "ONNX: 20 MB of dimensions one by one": [
    "formats/onnx/onnx-decode.js",
    "onnx(field(5, Buffer.from([16, 1]), repeated([8, 1], 1e7)))",
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected a shape of sizes, got [1,1,1,1,1,1,1,1]",
  ],
  "ONNX: 20 MB of attributes": [
    "formats/onnx/onnx-decode.js",
    `onnx(field(1, field(4, "Relu"), Buffer.concat(Array.from({ length: 1.5e6 }, (_, i) => field(5, field(1, "a" + i), Buffer.from([24, 1, 160, 1, 2]))))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 20000 fields in a message, got more",
  ],
  "ONNX: 4096 nodes of 16 attributes": [
    "formats/onnx/onnx-decode.js",
    `onnx(...Array.from({ length: 4096 }, () =>
      field(1, field(4, "Relu"), ...Array.from({ length: 16 }, (_, i) => field(5, field(1, "a" + i), Buffer.from([24, 1, 160, 1, 2]))))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "read",
  ],
  "ONNX: 20 MB of inputs of a node": [
    "formats/onnx/onnx-decode.js",
    `onnx(...Array.from({ length: 1000 }, () => field(1, field(4, "Concat"), repeated([10, 1, 97], 7000))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 65536 numbers and texts in its lists, got more",
  ],
  "ONNX: 20 MB of whole numbers in an attribute": [
    "formats/onnx/onnx-decode.js",
    `onnx(field(1, field(4, "ZipMap"), field(7, "ai.onnx.ml"), field(5, field(1, "a"), field(8, repeated([1], 2e7)))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 65536 numbers and texts in its lists, got more",
  ],
  "ONNX: 20 MB of floats in attributes": [
    "formats/onnx/onnx-decode.js",
    `onnx(...Array.from({ length: 4000 }, () =>
      field(1, field(4, "Scaler"), field(7, "ai.onnx.ml"), field(5, field(1, "scale"), repeated([61, 0, 0, 0, 0], 1000)))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 65536 numbers and texts in its lists, got more",
  ],
  "ONNX: 20 MB of whole numbers in a tensor": [
    "formats/onnx/onnx-decode.js",
    "onnx(field(5, Buffer.from([8, 1, 16, 7]), field(7, repeated([1], 2e7))))",
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 65536 numbers and texts in its lists, got more",
  ],
  "ONNX: 20 MB of tensors of empty texts": [
    "formats/onnx/onnx-decode.js",
    `onnx(...Array.from({ length: 600 }, (_, i) =>
      field(5, Buffer.from([8, 152, 117, 16, 8]), repeated([50, 0], 15_000), field(8, "t" + i))))`,
    'm.decodeOnnx(file, "f")',
    undefined,
    "expected at most 65536 numbers and texts in its lists, got more",
  ],
  "ONNX: 4000 scalings by one tensor of 4 MB": [
    "formats/onnx/onnx.js",
    `onnx(...scalings(4000), field(5, Buffer.from([8, 192, 132, 61, 16, 1]), field(8, "c"), field(9, Buffer.alloc(4e6))), matrixOf("x"))`,
    'm.loadOnnx(await createEngine({ threads: 1 }), file, "f")',
    undefined,
    "expected at most 1048576 numbers for scalings, got more",
  ],
  "ONNX: 4000 labels of one list of 15 000 classes": [
    "formats/onnx/onnx.js",
    `onnx(node("ArgMax", ["x"], "i", field(5, field(1, "axis"), Buffer.from([24, 1, 160, 1, 2]))),
      ...Array.from({ length: 4000 }, (_, i) => node("ArrayFeatureExtractor", ["c", "i"], "l" + i, field(7, "ai.onnx.ml"))),
      field(5, Buffer.from([8, 152, 117, 16, 7]), field(8, "c"), field(7, repeated([1], 15_000))), matrixOf("x"))`,
    'm.loadOnnx(await createEngine({ threads: 1 }), file, "f")',
    undefined,
    "expected one such node, got two",
  ],
  "ONNX: 20 MB of metadata": [
    "formats/onnx/onnx-decode.js",
    'new Uint8Array(Buffer.concat([onnx(), field(14, field(1, "layers"), field(2, repeated(text("[],"), 7e6)))]))',
    'm.decodeOnnx(file, "f")',
    undefined,
    "bytes of metadata (file: 210000",
  ],
  "models: layers nested half a million deep": [
    "formats/model-metadata.js",
    'text("[".repeat(5e5) + "]".repeat(5e5))',
    'm.parseModelMetadata({ format: "simdgrad", layers: new TextDecoder().decode(file) }, "f")',
    undefined,
    "more than 64 levels of it",
  ],
  "models: a layer whose option is nested a hundred thousand deep": [
    "formats/model-metadata.js",
    `text('[{"type":"dense","inputs":' + '{"a":'.repeat(1e5) + "1" + "}".repeat(1e5) + "}]")`,
    'm.parseModelMetadata({ format: "simdgrad", layers: new TextDecoder().decode(file) }, "f")',
    undefined,
    "more than 64 levels of it",
  ],
  "tables' preprocessing: features nested half a million deep": [
    "index.js",
    `text('{"task":"regression","target":"y","features":' + "[".repeat(5e5) + "]".repeat(5e5) + "}")`,
    "m.Preprocessor.parse(new TextDecoder().decode(file))",
    undefined,
    "preprocessing: expected JSON of at most 64 levels, got",
  ],
  "npy: a shape nested a million deep": [
    "formats/npy.js",
    `text("\\x93NUMPY\\x02\\0" + "\\0\\0\\0\\0" + "(".repeat(1e6))`,
    "m.parseNpy(file)",
    undefined,
    "npy: expected",
  ],
};

it.each(Object.keys(CASES))(
  "%s: refused or read in bounded time and memory",
  (name) => {
    const [module, make, read, size, message] = CASES[name] as (typeof CASES)[string];
    const { outcome, time, memory, ...file } = measureReader(`${MAKERS} writeFileSync(path, ${make});`, module, read);
    const bytes = size ?? file.size;
    if (process.env.FUZZ_REPORT)
      console.log(`${name}: ${bytes} bytes, ${time | 0} ms, ${Math.round(memory / MIB)} MiB`);
    if (message === "read") expect(outcome).toBe("read");
    else expect(outcome).toMatch(/^FormatError /);
    expect(outcome).toContain(message);
    expect(time).toBeLessThan(MOST_MILLISECONDS);
    expect(memory).toBeLessThan(2 * bytes + 16 * MIB + SLACK);
  },
  120_000,
);
