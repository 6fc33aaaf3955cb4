import { describe, expect, it } from "vitest";
import { Curve } from "../../web/page/curve.js";

describe("Curve", () => {
  it("has a value of a later series at the row it belongs to, or in one of its own", () => {
    const curve = new Curve(2);
    curve.append(0.5, 3);
    curve.append(1, 2);
    curve.place(1, 1, 9);
    curve.place(2, 1, 8);
    expect(curve.data).toEqual([
      [0.5, 1, 2],
      [3, 2, null],
      [null, 9, 8],
    ]);
  });

  it("keeps its arrays, and counts changes", () => {
    const curve = new Curve(1);
    const { data } = curve;
    curve.append(1, 1);
    curve.commit();
    expect(curve.data).toBe(data);
    expect(curve.data[0]).toBe(data[0]);
    const { value } = curve.version;
    curve.clear();
    expect(curve.data).toEqual([[], []]);
    expect(curve.version.value).toBeGreaterThan(value);
  });

  it("is cut to the rows up to a time, in the arrays it had", () => {
    const curve = new Curve(1);
    for (const x of [0.5, 1, 1.5]) curve.append(x, 2 * x);
    const [times] = curve.data;
    const { value } = curve.version;
    curve.cut(1);
    expect(curve.data).toEqual([
      [0.5, 1],
      [1, 2],
    ]);
    expect(curve.data[0]).toBe(times);
    expect(curve.version.value).toBeGreaterThan(value);
  });

  it.each([2001, 2002, 4000, 10_001])("is thinned from %d rows: means of neighbours, the newest row stays", (rows) => {
    const curve = new Curve(2);
    for (let x = 1; x <= rows; ++x) curve.append(x, 2 * x, x === rows ? 7 : null);
    curve.commit();
    const [x, twice, once] = curve.data as unknown as (number | null)[][] as [number[], number[], (number | null)[]];
    expect(x.length).toBeGreaterThan(1000 / 2);
    expect(x.length).toBeLessThanOrEqual(2000);
    expect([twice.length, once.length]).toEqual([x.length, x.length]);
    expect(x.at(-1)).toBe(rows);
    expect(once.at(-1)).toBe(7);
    expect(once.filter((value) => value !== null)).toEqual([7]);
    for (const [i, time] of x.entries()) {
      const width = time - (x[i - 1] ?? 0);
      // The mean of 2x over the rows after the last time, up to this one, but for joins of unequal width at the left end.
      if (i > 2) expect(twice[i]).toBeCloseTo(2 * time - width + 1, 9);
    }
  });
});
