import { describe, expect, it } from "vitest";
import { curvesSvg, scatterSvg } from "../../../src/cli/report/plot.js";

const sequence = (length: number, value: (index: number) => number) =>
  Array.from({ length }, (_, index) => value(index));
const matches = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map(([, group]) => group as string);
/** Texts that are drawn, in order. */
const texts = (svg: string) => matches(svg, />([^<]*)<\/text>/g);

describe("both charts", () => {
  const values = sequence(40, (epoch) => 1 / (epoch + 1));
  const charts = [
    () => curvesSvg("Loss", "cross-entropy", [{ name: "train loss", values }]),
    () => scatterSvg("Price", values, values),
  ];

  it("name and describe themselves to those who do not see them", () => {
    for (const chart of charts)
      expect(chart()).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title>[^<]+<\/title>\n<desc>[^<]+<\/desc>/);
    expect(curvesSvg("Loss", "loss", [{ name: "train loss", values }])).toContain(
      "<desc>train loss: 1 in epoch 1, 0.025 in epoch 40</desc>",
    );
  });

  it("are the same bytes each time", () => {
    for (const chart of charts) expect(chart()).toBe(chart());
  });

  it("hold nothing that XML forbids, whatever a name holds", () => {
    const name = "a\0b\u001b[31m\u0085\ud800\uffff\t& <c>";
    const svgs = [curvesSvg(name, name, [{ name, values }]), scatterSvg(name, values, values)];
    for (const svg of svgs) {
      expect(svg).toContain("<title>a\ufffdb\ufffd[31m\ufffd\ufffd\ufffd\t&amp; &lt;c&gt;</title>");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u0080-\u009f\p{Cs}\uffff]/u);
    }
  });

  it("cut texts that are wider than the picture, and keep the whole title for those who do not see it", () => {
    const name = "a name ".repeat(60).trim();
    const svg = curvesSvg(name, name, [{ name, values }]);
    expect(svg).toContain(`<title>${name}</title>`);
    expect(texts(svg).filter((text) => text.endsWith("…"))).toHaveLength(3);
    for (const text of texts(svg)) expect(text.length).toBeLessThan(110);
  });
});

describe("curvesSvg", () => {
  it("numbers the first epoch and round ones", () => {
    const epochs = (count: number) => {
      const shown = texts(curvesSvg("Loss", "loss", [{ name: "train", values: sequence(count, () => 1) }]));
      return shown.filter((text) => /^[\d,]+$/.test(text));
    };
    expect(epochs(1)).toEqual(["1"]);
    expect(epochs(5)).toEqual(["1", "2", "3", "4", "5"]);
    expect(epochs(25)).toEqual(["1", "5", "10", "15", "20", "25"]);
    expect(epochs(200)).toEqual(["1", ...sequence(10, (index) => 20 * (index + 1)).map(String)]);
    expect(epochs(5000)).toEqual(["1", "1,000", "2,000", "3,000", "4,000", "5,000"]);
  });

  it.each([5, 200])("tells curves of %i epochs apart without colour, by symbol and dash", (epochs) => {
    const series = sequence(4, (index) => index).map((index) => ({
      name: `curve ${index}`,
      values: sequence(epochs, () => index),
    }));
    const svg = curvesSvg("Loss", "loss", series);
    const symbols = matches(svg, /<path d="([^"]*)" transform="[^"]*" fill=/g);
    expect(new Set(symbols).size).toBe(4);
    for (const symbol of symbols) expect(symbols.filter((other) => other === symbol).length).toBeGreaterThan(4);
    const lines = matches(svg, /<path d="[^"]*" (fill="none" [^>]*stroke-width="2"[^>]*) stroke-linejoin/g);
    expect(new Set(lines.map((line) => line.replace(/ stroke="[^"]*"/, ""))).size).toBe(4);
  });

  it("leaves a gap for what is not finite, and shows a value between two gaps", () => {
    const values = sequence(200, () => 1);
    for (const index of [100, 102]) values[index] = Number.NaN;
    const without = curvesSvg("Loss", "loss", [{ name: "train", values: sequence(200, () => 1) }]);
    const svg = curvesSvg("Loss", "loss", [{ name: "train", values }]);
    const path = matches(svg, /<path d="([^"]*)"[^>]* stroke-linejoin/g);
    expect(path[0]?.split("M")).toHaveLength(4);
    const symbols = (chart: string) => chart.split(' transform="translate(').length;
    expect(symbols(svg)).toBe(symbols(without) + 1);
  });

  it("makes room for a legend of several rows", () => {
    const series = sequence(6, (index) => index).map((index) => ({
      name: `a rather long name ${index}`,
      values: [1, 2],
    }));
    const svg = curvesSvg("Loss", "loss", series);
    const [height] = matches(svg, /^<svg [^>]* height="(\d+)"/g).map(Number);
    expect(height).toBeGreaterThan(400);
    for (const y of matches(svg, /<text x="[^"]*" y="([^"]*)"/g)) expect(Number(y)).toBeLessThan(height as number);
    expect(texts(svg)).toEqual(expect.arrayContaining(series.map(({ name }) => name)));
  });

  it("writes large and small values as powers of ten", () => {
    const ticks = (values: number[]) => texts(curvesSvg("Loss", "loss", [{ name: "train", values }]));
    expect(ticks([-1e9, 1])).toContain("−8e8");
    expect(ticks([1e-7, 0])).toEqual(expect.arrayContaining(["0", "2e-8"]));
    expect(ticks([0, 9_000_000])).toContain("8,000,000");
  });
});

describe("scatterSvg", () => {
  const circles = (svg: string) => svg.split("<circle ").length - 1;

  it("says how many points it draws where that is not all", () => {
    const many = sequence(20_000, (row) => row);
    const svg = scatterSvg("Price", many, many);
    expect(circles(svg)).toBe(2000);
    expect(texts(svg)).toContain("2,000 of 20,000 points");
    const all = scatterSvg("Price", many.slice(0, 2000), many.slice(0, 2000));
    expect(circles(all)).toBe(2000);
    expect(all).not.toContain("points</text>");
  });

  it("says how many values are not finite", () => {
    const svg = scatterSvg("Price", [1, Number.NaN, 3, 4], [1, 2, Number.POSITIVE_INFINITY, 4]);
    expect(circles(svg)).toBe(2);
    expect(texts(svg)).toContain("2 of 4 points, 2 not finite");
  });

  it("has the same scale on both axes, and the line from corner to corner", () => {
    const svg = scatterSvg("Price", [0, 10], [90, 100]);
    const numbers = texts(svg).filter((text) => /^[\d,]+$/.test(text));
    expect(numbers).toEqual([...numbers.slice(0, numbers.length / 2), ...numbers.slice(0, numbers.length / 2)]);
    expect(numbers).toContain("100");
  });
});
