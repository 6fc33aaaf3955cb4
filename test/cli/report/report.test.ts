import { describe, expect, test } from "vitest";
import { curvesSvg, scatterSvg } from "../../../src/cli/report/plot.js";
import { htmlReport, type ReportData } from "../../../src/cli/report/report.js";
import type { EpochReport } from "../../../src/training/fit.js";

/** Throws unless every tag of `markup` is closed in order, its attributes are quoted, and no bare < or & is left. */
function checkWellFormed(markup: string): void {
  const open: string[] = [];
  const withoutCdata = markup.replace(/<!\[CDATA\[.*?\]\]>/gs, "");
  const rest = withoutCdata.replace(
    /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, closing: string, name: string, _attributes: string, empty: string) => {
      if (closing) expect(name).toBe(open.pop());
      else if (!empty) open.push(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/<|&(?!(?:amp|lt|gt|quot|#\d+);)/);
}

/** `markup` without the declarations of namespaces, which look like addresses but are never loaded. */
function withoutNamespaces(markup: string): string {
  return markup.replace(/\sxmlns(:\w+)?="[^"]*"/g, "");
}

describe("curvesSvg", () => {
  test("draws each series under its name, in well-formed SVG", async () => {
    const svg = await curvesSvg("Accuracy", "share", [
      { name: "training", values: [0.8, 0.9, 0.95] },
      { name: "validation", values: [0.7, 0.85, 0.9] },
    ]);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    for (const text of ["Accuracy", "share", "epoch", "training", "validation"])
      expect(svg).toContain(`>${text}</text>`);
    checkWellFormed(svg);
    expect(withoutNamespaces(svg)).not.toContain("http");
    // No path is off the chart for want of a number.
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("shows a single epoch by a symbol, besides the one in the legend", async () => {
    const count = (svg: string) => svg.split('fill="#0b62c4"').length - 1;
    const none = await curvesSvg("Loss", "loss", [{ name: "training", values: [] }]);
    const one = await curvesSvg("Loss", "loss", [{ name: "training", values: [0.5] }]);
    expect(count(one)).toBe(count(none) + 1);
  });

  test.each([
    ["no epoch", []],
    ["a hundred epochs", Array.from({ length: 100 }, (_, epoch) => 1 / (epoch + 1))],
    ["values that are not finite", [1, Number.NaN, Number.POSITIVE_INFINITY, 2]],
    ["equal values", [1, 1, 1]],
  ])("draws %s", async (_, values) => {
    const svg = await curvesSvg("Loss", "loss", [{ name: "training", values }]);
    checkWellFormed(svg);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("escapes texts", async () => {
    const svg = await curvesSvg("<script>", "a & b", [{ name: "<b>", values: [1, 2] }]);
    expect(svg).not.toContain("<script>");
    checkWellFormed(svg);
  });
});

describe("scatterSvg", () => {
  test("draws at most 2000 points and a line, passes over what is no number", async () => {
    const many = Array.from({ length: 5001 }, (_, row) => row);
    const svg = await scatterSvg("Price", many, many);
    checkWellFormed(svg);
    expect(svg.split('fill-opacity="0.6"').length - 1).toBe(1667);
    const none = await scatterSvg("Price", [Number.NaN], [1]);
    checkWellFormed(none);
    expect(none).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("htmlReport", () => {
  const epoch: EpochReport = {
    epoch: 1,
    trainLoss: 0.5123,
    trainAccuracy: 0.8765,
    valLoss: 0.4321,
    valAccuracy: 0.8912,
    learningRate: 0.1,
    trainSeconds: 1.25,
    evalSeconds: 0.5,
    samplesPerSecond: 48_000,
    completed: true,
  };
  const data: ReportData = {
    title: "MNIST & <script>alert(1)</script>",
    settings: { "hidden <script>": "30 \"sigmoid\" 'units' & <script>" },
    epochs: [
      epoch,
      {
        epoch: 2,
        trainLoss: 0.2345,
        learningRate: 0.1,
        trainSeconds: 1,
        evalSeconds: 0,
        samplesPerSecond: 5,
        completed: false,
      },
    ],
    test: {
      loss: 0.1234,
      accuracy: 0.9567,
      confusion: [
        [981, 17],
        [0, 1103],
      ],
    },
    charts: [
      { label: "Accuracy", svg: '<svg id="accuracy"></svg>' },
      { label: "Loss", svg: '<svg id="loss"></svg>' },
    ],
    samples: [
      { png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47), predicted: "7", label: "7" },
      { png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47), predicted: "3", label: "5" },
    ],
  };
  const html = htmlReport(data);

  test("escapes every text", () => {
    expect(html).not.toContain("<script");
    expect(html).toContain("<title>MNIST &amp; &lt;script&gt;alert(1)&lt;/script&gt;</title>");
    expect(html).toContain('<th scope="row">hidden &lt;script&gt;</th>');
    expect(html).toContain("30 &quot;sigmoid&quot; &#39;units&#39; &amp; &lt;script&gt;");
  });

  test("has a language, a title, and the test result under the heading", () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain("Test accuracy <strong>95.67 %</strong>, loss <strong>0.1234</strong>");
  });

  test("lists every epoch, – for what was not evaluated, * for one stopped early", () => {
    const cells = (...values: string[]) => values.map((value) => `<td>${value}</td>`).join("");
    expect(html).toContain(
      `<th scope="row">1</th>${cells("0.5123", "87.65 %", "0.4321", "89.12 %", "1.25", "0.50", "48,000")}</tr>`,
    );
    expect(html).toContain(`<th scope="row">2*</th>${cells("0.2345", "–", "–", "–", "1.00", "0.00", "5")}</tr>`);
    expect(html).toContain("* interrupted");
    expect(htmlReport({ ...data, epochs: [epoch] })).not.toContain("* interrupted");
    expect(htmlReport({ ...data, epochs: [] })).toContain("No epoch was trained");
  });

  test("shows the confusion counts, hits by share, errors by its cube root", () => {
    expect(html).toContain('<td class="hit" style="--share:0.983">981</td>');
    expect(html).toContain('<td class="miss" style="--share:0.257">17</td>');
    expect(html).toContain('<td class="miss none" style="--share:0.000">0</td>');
    expect(html).toContain('<td class="hit" style="--share:1.000">1103</td>');
  });

  test("names the classes, escaped, and gives each its scores", () => {
    const named = htmlReport({ ...data, classes: ["<b>", "other"] });
    expect(named).toContain(
      '<tr><th scope="row">&lt;b&gt;</th><td>1.000</td><td>0.983</td><td>0.991</td><td>998</td></tr>',
    );
    expect(named).toContain('<th scope="col">&lt;b&gt;</th>');
    expect(named).not.toContain("<b>");
  });

  test("says where the matrix would stand that it is left out, and where it is", () => {
    const classes = Array.from({ length: 101 }, (_, index) => `class ${index}`);
    const confusion = classes.map((_, label) => classes.map((_, column) => Number(column === label)));
    const large = htmlReport({ ...data, classes, test: { loss: 1, accuracy: 1, confusion } });
    expect(large).toMatch(/<h2>Confusion matrix<\/h2>\n<p class="note">With 101 classes .* see history\.json\.<\/p>/);
    expect(large).toContain("<h2>Classes</h2>");
    const none = htmlReport({ ...data, classes, test: { loss: 1, accuracy: 1 } });
    expect(none).toMatch(/<h2>Confusion matrix<\/h2>\n<p class="note">101 classes are too many for a table of scores/);
  });

  test("of values it has R² and no matrix; without test rows it says so", () => {
    const { test: _, ...rest } = data;
    const values = htmlReport({
      ...rest,
      result: "Test R² 0.5 & more",
      epochs: [{ ...epoch, trainR2: 0.25, valR2: -0.5 }],
      test: { loss: 1, r2: 0.5, meanAbsoluteError: 1, meanSquaredError: 1 },
    });
    expect(values).toContain("Test R² 0.5 &amp; more");
    expect(values).toContain("<td>0.2500</td><td>0.4321</td><td>-0.5000</td>");
    expect(values).not.toContain("Confusion matrix");
    expect(htmlReport(rest)).toContain("There were no test rows.");
  });

  test("embeds plots and samples, wrong ones marked by a word", () => {
    for (const { svg } of data.charts) expect(html).toContain(svg);
    expect(html.split('src="data:image/png;base64,iVBORw=="').length - 1).toBe(2);
    expect(html).toContain("predicted 3<br>true 5<br><strong>✗ wrong</strong>");
    expect(html).toContain("predicted 7<br>true 7<br><strong>✓ right</strong>");
  });

  test("loads nothing: no address but the SVG's namespaces, also with real plots", async () => {
    const plot = (name: string) => curvesSvg(name, name, [{ name: "training", values: [1, 2] }]);
    const page = htmlReport({
      ...data,
      charts: [
        { label: "Accuracy", svg: await plot("accuracy") },
        { label: "Loss", svg: await plot("loss") },
        { label: "Predicted", svg: await scatterSvg("values", [1, 2, 3], [1, 2, 2.5]) },
      ],
    });
    expect(withoutNamespaces(page)).not.toMatch(/http|url\((?!#)|@import|<link|<script/);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
