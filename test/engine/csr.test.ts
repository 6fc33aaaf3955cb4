import { beforeAll, describe, expect, it } from "vitest";
import {
  ByteMatrix,
  type CsrData,
  CsrMatrix,
  createEngine,
  Dense,
  DisposedError,
  type Engine,
  iterateMinibatches,
  Layer,
  Matrix,
  Network,
  Random,
  ReLU,
  ShapeError,
} from "../../src/index.js";
import { expectClose, numbers } from "../kernels/fixture.js";
import { compressRows } from "../reference.js";

const [ROWS, COLUMNS, CLASSES] = [90, 37, 4];

/** A share of `density` of the values is not zero; every ninth row and every fifth column is empty. */
function values(density: number): Float32Array {
  const chance = numbers(ROWS * COLUMNS, 6);
  return numbers(ROWS * COLUMNS, 5).map((value, i) => {
    const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS];
    return row % 9 === 0 || column % 5 === 0 || ((chance[i] as number) + 1) / 2 >= density ? 0 : value;
  });
}

const targets = Int32Array.from({ length: ROWS }, (_, row) => (row * row) % CLASSES);
const source = (inputs: Float32Array | Uint8Array) => ({ inputs, shape: [ROWS, COLUMNS], targets });

function csr(rows: number, columns: number, dense: ArrayLike<number>): CsrData {
  const { starts, ends, indices, values } = compressRows(rows, columns, dense);
  return { indptr: [0, ...ends].slice(0, starts.length + 1), indices, values };
}

describe("sparse matrices", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 3, threads: 1 });
  });

  /** A matrix's elements, zeros included. */
  function elements(matrix: Matrix | ByteMatrix | CsrMatrix): number[] {
    if (matrix instanceof Matrix) return [...matrix.data];
    const dense = engine.matrix(matrix.rows, matrix.columns);
    if (matrix instanceof CsrMatrix) matrix.expandInto(engine.kernels, dense);
    else {
      const order = engine.labels(Int32Array.from({ length: matrix.rows }, (_, row) => row));
      const { rows, columns, scale, pointer } = matrix;
      engine.kernels.gatherByteRows(rows, columns, scale, order.pointer, pointer, dense.pointer);
    }
    return [...dense.data];
  }

  /** The same initial weights each time. */
  function network(...before: Layer[]): Network {
    const random = new Random(8);
    const init = () => 0.3 * random.normal();
    return new Network(engine, [
      ...before,
      new Dense(COLUMNS, 12, { init }),
      new ReLU(),
      new Dense(12, CLASSES, { init }),
    ]);
  }

  const parameters = (of: Network) =>
    of.layers.flatMap((layer) => layer.parameters().flatMap((parameter) => [...parameter.toArray()]));

  describe("engine.csr", () => {
    const good = { indptr: [0, 2, 2, 3], indices: [0, 3, 1], values: [1, 2, 3] };

    it("holds what it is given", () => {
      expect(elements(engine.csr(3, 4, good))).toEqual([1, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0]);
      expect(elements(engine.csr(0, 4, { indptr: [0], indices: [], values: [] }))).toEqual([]);
      expect(elements(engine.csr(2, 0, { indptr: [0, 0, 0], indices: [], values: [] }))).toEqual([]);
    });

    it.each([
      [{ indptr: [0, 2, 3] }, ShapeError, "indptr: expected 4 values for 3 rows, got 3"],
      [{ indices: [0, 3] }, ShapeError, "indices: expected one for each of the 3 values, got 2"],
      [{ indptr: [1, 2, 2, 3] }, RangeError, "indptr[0]: expected an integer from 0 to 0, got 1"],
      [{ indptr: [0, 2, 1, 3] }, RangeError, "indptr[2]: expected an integer from 2 to 3, got 1"],
      [{ indptr: [0, 1.5, 2, 3] }, RangeError, "indptr[1]: expected an integer from 0 to 3, got 1.5"],
      [{ indptr: [0, 2, 4, 3] }, RangeError, "indptr[2]: expected an integer from 2 to 3, got 4"],
      [{ indptr: [0, 2, 2, 2] }, RangeError, "indptr[3]: expected the number of values, 3, got 2"],
      [{ indices: [3, 0, 1] }, RangeError, "row 0, element 1: expected an ascending column from 4 to 3, got 0"],
      [{ indices: [3, 3, 1] }, RangeError, "row 0, element 1: expected an ascending column from 4 to 3, got 3"],
      [{ indices: [0, 4, 1] }, RangeError, "row 0, element 1: expected an ascending column from 1 to 3, got 4"],
      [{ indices: [0, 3, -1] }, RangeError, "row 2, element 2: expected an ascending column from 0 to 3, got -1"],
      [{ indices: [0, 3, 0.5] }, RangeError, "row 2, element 2: expected an ascending column from 0 to 3, got 0.5"],
      [{ values: [1, Number.NaN, 3] }, RangeError, "expected finite numbers, got NaN at element 1"],
    ])("refuses %j", (change, type, message) => {
      const before = engine.memory.bytesInUse;
      const make = () => engine.csr(3, 4, { ...good, ...change });
      expect(make).toThrow(type);
      expect(make).toThrow(message);
      expect(engine.memory.bytesInUse).toBe(before);
    });

    it("takes NaN where it is told not to look", () => {
      const matrix = engine.csr(1, 2, { indptr: [0, 1], indices: [1], values: [Number.NaN] }, { checkFinite: false });
      expect(elements(matrix)).toEqual([0, Number.NaN]);
    });

    it("a slice of a selection that was disposed of is not read: its memory may be another's", () => {
      const matrix = engine.csr(4, 3, { indptr: [0, 1, 2, 3, 4], indices: [0, 1, 2, 0], values: [1, 2, 3, 4] });
      const selection = matrix.selection(4);
      selection.gatherRows(engine.kernels, matrix, engine.labels([3, 2, 1, 0], 4).pointer);
      const [slice, whole] = [selection.slice(1, 3), matrix.slice(2, 4)];
      const part = slice.slice(1, 2);
      expect(elements(slice)).toEqual([0, 0, 3, 0, 2, 0]);
      expect(elements(part)).toEqual([0, 2, 0]);
      selection.dispose();
      const small = new Network(engine, [new Dense(3, 2, { init: () => 1 })]);
      for (const gone of [slice, part]) {
        expect(() => elements(gone)).toThrow(DisposedError);
        expect(() => small.logits(gone)).toThrow(DisposedError);
        expect(() => gone.slice(0, 1).startsPointer).toThrow(DisposedError);
      }
      expect(elements(whole)).toEqual([0, 0, 3, 4, 0, 0]);
      matrix.dispose();
      expect(() => elements(whole)).toThrow(DisposedError);
    });

    it("gives its memory back", () => {
      const before = engine.memory.bytesInUse;
      const matrix = engine.csr(3, 4, good);
      const rows = matrix.selection(2);
      rows.dispose();
      matrix.dispose();
      matrix.dispose();
      expect(engine.memory.bytesInUse).toBe(before);
    });
  });

  it("training on them follows training on dense ones: 60 steps, within 2e-6", () => {
    // Sums of at most 37 and 90 products are rounded in another order; each of 60 steps adds some 2⁻²⁴ of values below 1.
    const inputs = values(0.3);
    const [sparse, dense] = [network(), network()];
    const [x, same] = [engine.csr(ROWS, COLUMNS, csr(ROWS, COLUMNS, inputs)), engine.matrix(ROWS, COLUMNS, inputs)];
    const labels = engine.labels(targets);
    for (let step = 0; step < 60; ++step) {
      expect(Math.abs(sparse.train(x, labels) - dense.train(same, labels))).toBeLessThan(2e-6);
    }
    expectClose(parameters(sparse), parameters(dense), 2e-6, 0);
    expectClose(sparse.predictProbabilities(x), dense.predictProbabilities(same), 2e-6, 0);
  });

  it("a Dense layer compresses sparse batches by itself, unless it is told not to", () => {
    // More than 1024 columns, whose sums have blocks of inputs when dense and of elements when sparse: their bits tell which it was.
    const columns = 1100;
    const labels = engine.labels(targets);
    const full = numbers(ROWS * columns, 7).map((value, i) => (i % columns === 3 ? 0 : value));
    const inputs = full.map((value) => (value < 0.4 ? 0 : value));
    const [x, compressed] = [
      engine.matrix(ROWS, columns, inputs),
      engine.csr(ROWS, columns, csr(ROWS, columns, inputs)),
    ];
    const train = (input: Matrix | CsrMatrix, sparse: boolean | "auto") => {
      const random = new Random(8);
      const model = new Network(engine, [new Dense(columns, CLASSES, { sparse, init: () => random.normal() })]);
      for (let step = 0; step < 5; ++step) model.train(input, labels);
      return parameters(model);
    };
    expect(train(x, "auto")).toEqual(train(compressed, "auto"));
    expect(train(x, false)).not.toEqual(train(compressed, "auto"));
    const fullMatrix = engine.matrix(ROWS, columns, full);
    expect(train(fullMatrix, "auto")).toEqual(train(fullMatrix, false));
    expect(train(fullMatrix, true)).not.toEqual(train(fullMatrix, false));
  });

  describe("in data sets", () => {
    it.each([
      [0.1, "auto", true],
      [0.3, "auto", true],
      [0.9, "auto", false],
      [0.9, true, true],
      [0.1, false, false],
    ] as const)("of density %d are used with `sparse: %s`: %s", (density, sparse, expected) => {
      const data = engine.dataset(source(values(density)), { sparse });
      expect(data.inputs instanceof CsrMatrix).toBe(expected);
      expect(elements(data.inputs)).toEqual([...values(density)]);
    });

    it("are the automatic choice up to 40 % of values that are not zero", () => {
      const ones = (count: number) => Float32Array.from({ length: 100 }, (_, i) => Number(i < count));
      const isSparse = (count: number) => {
        const data = engine.dataset({ inputs: ones(count), shape: [10, 10], targets: new Int32Array(10) });
        return data.inputs instanceof CsrMatrix;
      };
      expect([40, 41].map(isSparse)).toEqual([true, false]);
    });

    it("hold the same floats for bytes as dense ones do", () => {
      const bytes = Uint8Array.from(values(0.3), (value) => (value === 0 ? 0 : 1 + Math.floor(Math.abs(value) * 255)));
      for (const scale of [1 / 255, 0.1, 3e-5]) {
        const [sparse, dense] = [true, false].map((sparse) => engine.dataset({ ...source(bytes), scale }, { sparse }));
        expect(dense?.inputs).toBeInstanceOf(ByteMatrix);
        expect(elements(sparse?.inputs as CsrMatrix)).toEqual(elements(dense?.inputs as ByteMatrix));
      }
    });

    it("may be larger than what is brought into memory at a time", () => {
      const [rows, columns] = [3, 200_000];
      const inputs = Float32Array.from({ length: rows * columns }, (_, i) => (i % 7 === 0 ? i : 0));
      const data = engine.dataset({ inputs, shape: [rows, columns], targets: new Int32Array(rows) });
      expect(elements(data.inputs)).toEqual([...inputs]);
      data.dispose();
    });

    it.each([
      [0, 5],
      [3, 0],
    ])("may be of %i × %i", (rows, columns) => {
      // What the memory held before is not taken for the rows' bounds.
      const used = engine.memory.allocate(64);
      engine.memory.i32(used, 16).fill(1);
      engine.memory.free(used);
      const data = engine.dataset({
        inputs: new Float32Array(),
        shape: [rows, columns],
        targets: new Int32Array(rows),
      });
      const { startsPointer, endsPointer } = data.inputs as CsrMatrix;
      for (const bounds of [startsPointer, endsPointer]) {
        expect([...engine.memory.i32(bounds, rows)]).toEqual(Array(rows).fill(0));
      }
      const batches = [...iterateMinibatches(engine, data.inputs, data.targets, 2, { dropLast: false })];
      expect(batches.length).toBe(Math.ceil(rows / 2));
      data.dispose();
    });

    it("give their memory back", () => {
      const before = engine.memory.bytesInUse;
      engine.dataset(source(values(0.2))).dispose();
      expect(engine.memory.bytesInUse).toBe(before);
      expect(() => engine.dataset(source(values(0.2)), { classes: 1 })).toThrow(RangeError);
      expect(engine.memory.bytesInUse).toBe(before);
    });
  });

  describe("in minibatches", () => {
    it.each([1, 7, 32, 90])("of %i hold the rows of the dense ones, shuffled alike", (batchSize) => {
      const batches = (sparse: boolean) => {
        const data = engine.dataset(source(values(0.3)), { sparse });
        const seen = [];
        const options = { shuffle: new Random(4), dropLast: false };
        for (const batch of iterateMinibatches(engine, data.inputs, data.targets, batchSize, options)) {
          expect(batch.inputs instanceof CsrMatrix).toBe(sparse);
          seen.push([elements(batch.inputs), [...batch.targets.data]]);
        }
        return seen;
      };
      expect(batches(true)).toEqual(batches(false));
    });

    it("leave memory as it was", () => {
      const data = engine.dataset(source(values(0.3)));
      const before = engine.memory.bytesInUse;
      for (const _ of iterateMinibatches(engine, data.inputs, data.targets, 7, { dropLast: false }));
      expect(engine.memory.bytesInUse).toBe(before);
    });
  });

  it.each([
    ["ReLU", () => new ReLU()],
    ["a layer of one's own", () => new Layer()],
  ])("a network that begins with %s trains on expanded ones", (_, first) => {
    const [sparse, dense] = [network(first()), network(first())];
    const [data, same] = [true, false].map((sparse) => engine.dataset(source(values(0.3)), { sparse }));
    for (const [model, set] of [
      [sparse, data],
      [dense, same],
    ] as const) {
      if (!set) throw new Error("no data");
      for (const batch of iterateMinibatches(engine, set.inputs, set.targets, 16))
        model.train(batch.inputs, batch.targets);
    }
    expect(parameters(sparse)).toEqual(parameters(dense));
  });

  it("evaluation of them is that of dense ones within 1e-6", () => {
    const model = network();
    const [sparse, dense] = [true, false].map((sparse) =>
      model.evaluate(engine.dataset(source(values(0.3)), { sparse })),
    );
    expect(Math.abs((sparse?.loss as number) - (dense?.loss as number))).toBeLessThan(1e-6);
    expect(sparse).toEqual({ ...dense, loss: sparse?.loss });
  });
});
