import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Class, Random, splitRows, trainTestSplit } from "../../src/index.js";

/** Class sizes, and their rows in a mixed order. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 60 })), {
  minLength: 1,
  maxLength: 30,
});
const fractions = fc.double({ min: 0.001, max: 0.999, noNaN: true });

function labelsOf(counts: readonly number[]): Int32Array {
  const labels = Int32Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
  new Random(5).shuffle(labels);
  return labels;
}

function countsOf(labels: Int32Array, rows: Int32Array): number[] {
  const counts = new Array<number>(Math.max(...labels) + 1).fill(0);
  for (const row of rows) counts[labels[row] as number] = (counts[labels[row] as number] as number) + 1;
  return counts;
}

/** One turn of the method of largest remainders: all there was in version 0.1.0, which could fall short. */
function singleTurn(counts: readonly number[], fraction: number, held: number): number[] {
  const parts = counts.map((count, label) => {
    const whole = Math.min(Math.floor(fraction * count), count - 1);
    return { label, whole, room: count - 1 - whole, remainder: fraction * count - whole };
  });
  parts.sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  let left = held - parts.reduce((sum, { whole }) => sum + whole, 0);
  const quotas = new Array<number>(counts.length).fill(0);
  for (const { label, whole, room } of parts) {
    const extra = left > 0 && room > 0 ? 1 : 0;
    left -= extra;
    quotas[label] = whole + extra;
  }
  return quotas;
}

describe("a stratified split", () => {
  it("holds back round(fraction·rows) rows and keeps one of each class, or says that it cannot", () => {
    fc.assert(
      fc.property(sizes, fractions, (counts, fraction) => {
        const labels = labelsOf(counts);
        const rows = labels.length;
        const held = Math.round(fraction * rows);
        const possible = held >= 1 && held <= rows - counts.length;
        const random = new Random(3);
        const before = random.state;
        if (!possible) {
          expect(() => splitRows(labels, fraction, random)).toThrow(RangeError);
          expect(random.state).toEqual(before);
          return;
        }
        const { training, validation } = splitRows(labels, fraction, random);
        expect(validation).toHaveLength(held);
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual(Array.from(labels, (_, row) => row));
        for (const count of countsOf(labels, training)) expect(count).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it("gives each class its share, and no less where small classes have none to give", () => {
    fc.assert(
      fc.property(sizes, fractions, (counts, fraction) => {
        const labels = labelsOf(counts);
        const held = Math.round(fraction * labels.length);
        fc.pre(held >= 1 && held <= labels.length - counts.length);
        const quotas = countsOf(labels, splitRows(labels, fraction, new Random(3)).validation);
        for (const [label, count] of counts.entries()) {
          expect(quotas[label]).toBeGreaterThanOrEqual(Math.min(Math.floor(fraction * count), count - 1));
        }
        const turn = singleTurn(counts, fraction, held);
        const handedOut = turn.reduce((sum, quota) => sum + quota, 0);
        // Where a turn was enough, the split is that of before.
        if (handedOut === held) expect(quotas).toEqual(turn);
        else for (const [label, quota] of turn.entries()) expect(quotas[label]).toBeGreaterThanOrEqual(quota);
      }),
      { numRuns: 500 },
    );
  });

  it("hands what small classes cannot give to the others in proportion to their rows", () => {
    const counts = [...new Array<number>(60).fill(1), 20, 200];
    const { validation } = splitRows(labelsOf(counts), 0.5, new Random(1));
    expect(countsOf(labelsOf(counts), validation).slice(60)).toEqual([14, 126]);
    expect(validation).toHaveLength(140);
  });

  it("draws the rows it always drew for a seed", () => {
    const labels = labelsOf([12, 7, 30, 1]);
    expect([...splitRows(labels, 0.25, new Random(9)).validation]).toEqual([
      3, 7, 12, 13, 20, 25, 26, 27, 32, 35, 42, 47, 48,
    ]);
  });

  it("says why there is none", () => {
    expect(() => splitRows([0, 0, 1, 2, 3], 0.6, new Random(1))).toThrow(
      "validationSplit: expected at most 1 of 5 rows to hold back, as each of 4 classes keeps one, got 3",
    );
    expect(() => splitRows(10, "0.5" as never, new Random(1))).toThrow(TypeError);
    expect(() => splitRows([1, "1", 1, 1] as Class[], 0.5, new Random(1))).toThrow(
      "labels[1]: expected classes of one kind, got",
    );
    expect(() => splitRows([1, Number.NaN, 1], 0.5, new Random(1))).toThrow("labels[1]: expected a class, got NaN");
    expect(() => splitRows("abab" as never, 0.5, new Random(1))).toThrow(TypeError);
    expect(() => splitRows(2.5, 0.5, new Random(1))).toThrow("rows: expected an integer from 0 to 2147483647, got 2.5");
    expect(() => trainTestSplit(4, { stratify: "abab" as never })).toThrow("stratify: expected a list of classes");
    expect(() => trainTestSplit(4, { stratify: null as never })).toThrow(TypeError);
    expect(() => trainTestSplit(4, { stratify: [0, 0, 1, 2], testSize: 0.75 })).toThrow(
      "testSize: expected at most 1 of 4 rows to hold back",
    );
  });

  it("takes booleans, and arrays of other realms by their elements", () => {
    const flags = [true, false, true, false, true, false];
    const { training, validation } = splitRows(flags, 0.34, new Random(1));
    expect([...validation].map((row) => flags[row]).sort()).toEqual([false, true]);
    expect(training).toHaveLength(4);
  });
});
