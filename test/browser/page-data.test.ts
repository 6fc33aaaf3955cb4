import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { download, press, visit } from "./page.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const dataset = (name: string) => path(`../../samples/${name}.csv`);
const [TABLE, MODEL, OTHERS] = ["Choose", "Open a model", "Predict the rows of a table"];

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** Cells of a CSV file without quotes, the first row's too. */
const cellsOf = (file: string) => {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(","));
};
const scoreOf = (page: Page, id: string) => page.getByTestId(id).innerText().then(Number.parseFloat);

async function give(page: Page, label: string, file: string): Promise<void> {
  await page.getByLabel(label).setInputFiles(file);
}

async function train(page: Page): Promise<void> {
  await page.getByLabel("Speed").selectOption("As fast as possible");
  await press(page, "Start training", "Finished");
  await page.getByTestId("test-score").waitFor();
}

describe("two moons", () => {
  it("show the boundary as it forms, and are parted in the end", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "data?epochs=300");
    await page.getByRole("button", { name: "Two moons" }).click();
    await page.getByText("400 rows, 3 columns").waitFor();
    expect(await page.getByLabel("Column to predict").inputValue()).toBe("moon");
    await press(page, "Start training", "Training");
    const plane = page.getByRole("img", { name: "What the network predicts over east and north" });
    const background = plane.locator("canvas").first();
    // As it trains the picture changes; a fifth of the epochs are enough for four.
    const pictures = new Set<string>();
    while (pictures.size < 4) {
      pictures.add(await background.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
      expect(await page.getByTestId("status").innerText()).toBe("Training");
      await page.waitForTimeout(50);
    }
    await page.getByLabel("Speed").selectOption("As fast as possible");
    await page.getByTestId("test-score").waitFor();
    expect(await scoreOf(page, "test-score")).toBeGreaterThan(90);
    expect(await scoreOf(page, "score")).toBeGreaterThan(90);
    // Two half circles: each class has about its half of the plane, which the description says.
    const [lower, upper] =
      /lower (\d+)\s%, upper (\d+)\s%/.exec((await plane.getAttribute("aria-label")) ?? "")?.slice(1) ?? [];
    expect(Number(lower) + Number(upper)).toBeCloseTo(100, -0.5);
    expect(Math.min(Number(lower), Number(upper))).toBeGreaterThan(25);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("a link", () => {
  it("reproduces a run on a sample, target and task included", async () => {
    const hashes: string[] = [];
    let link = "data?sample=diabetes&target=sex&epochs=12&seed=5";
    for (let visits = 0; visits < 2; ++visits) {
      const { page, complaints, close } = await visit(browser, site.url, link);
      await page.getByText("442 rows, 11 columns").waitFor();
      expect(await page.getByLabel("Column to predict").inputValue()).toBe("sex");
      if (visits === 0) {
        await page.getByLabel("As", { exact: true }).selectOption("Numbers");
        await page.getByText("A number for each row").waitFor();
      }
      await train(page);
      expect(await page.locator(".result").innerText()).toContain("R²");
      hashes.push(await page.getByTestId("hash").innerText());
      link = page.url().split("#")[1] as string;
      expect(link).toMatch(/^data\?sample=diabetes&target=sex&task=regression&layers=16,16&.*&epochs=12&seed=5&/);
      expect(complaints).toEqual([]);
      await close();
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{8,}/);
  });

  it("says that a table has no such column", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=iris&target=colour");
    await page.getByText("expected a column of iris.csv, got “colour”").waitFor();
    expect(await page.getByLabel("Column to predict").inputValue()).toBe("target");
    await close();
  });
});

describe("a table of classes", () => {
  it("iris: the target is found, what is shown belongs together, and every row is predicted", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "data");
    await give(page, TABLE, dataset("iris"));
    await page.getByText("3 classes: setosa, versicolor, virginica").waitFor();
    expect(await page.getByLabel("Column to predict").inputValue()).toBe("target");
    await train(page);
    expect(await scoreOf(page, "score")).toBeGreaterThan(90);

    const rows = await page.locator(".class-confusion tbody tr").allInnerTexts();
    const confusion = rows.map((row) => row.trim().split(/\s+/).slice(1).map(Number));
    expect(confusion.map((counts) => counts.reduce((sum, count) => sum + count))).toEqual([10, 10, 10]);
    const right = confusion.reduce((sum, counts, label) => sum + (counts[label] as number), 0);
    expect(await scoreOf(page, "test-score")).toBeCloseTo((100 * right) / 30, 1);

    const [head, ...predicted] = cellsOf(await download(page, "Download predictions for iris.csv"));
    await page.getByText("150 rows predicted: iris-predictions.csv.").waitFor();
    const classes = ["setosa", "versicolor", "virginica"];
    expect(head).toEqual(["prediction", ...classes.map((name) => `probability_${name}`)]);
    const labels = cellsOf(dataset("iris"))
      .slice(1)
      .map((cells) => cells.at(-1));
    expect(predicted).toHaveLength(labels.length);
    for (const [name, ...texts] of predicted) {
      const probabilities = texts.map(Number);
      expect(probabilities.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
      expect(name).toBe(classes[probabilities.indexOf(Math.max(...probabilities))]);
    }
    const hits = predicted.filter(([name], row) => name === labels[row]).length;
    expect(hits / labels.length).toBeGreaterThan(0.93);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("a table with decimal commas", () => {
  it("is read as its numbers are meant, says so, and gives the model of the same table with points", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "data?epochs=20");
    const text = readFileSync(dataset("diabetes"), "utf8").replaceAll(",", ";").replaceAll(".", ",");
    const commas = { name: "commas.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
    const hashes: string[] = [];
    for (const file of [commas, dataset("diabetes")]) {
      await page.getByLabel(TABLE).setInputFiles(file);
      await page.getByRole("heading", { name: file === commas ? "commas.csv" : "diabetes.csv" }).waitFor();
      await page.getByText("A number for each row, measured by R²").waitFor();
      const heads = await page.locator(".table-preview th small").allInnerTexts();
      expect(heads.filter((head) => head === "number, decimal comma")).toHaveLength(file === commas ? 10 : 0);
      await page.getByLabel("Speed").selectOption("As fast as possible");
      await press(page, "Start training", "Finished");
      hashes.push(await page.getByTestId("hash").innerText());
    }
    expect(hashes[1]).toBe(hashes[0]);
    const [head, ...rows] = cellsOf(await download(page, "Download predictions for diabetes.csv"));
    expect(head).toEqual(["prediction"]);
    expect(rows).toHaveLength(442);
    expect(complaints).toEqual([]);
    await close();
  });

  it("is told from one whose commas delimit, a column at a time", async () => {
    const { page, close } = await visit(browser, site.url, "data");
    const text = "Größe;Gewicht;Art\n1,5;2.75;a\n2,25;3.5;b\n";
    await page.getByLabel(TABLE).setInputFiles({ name: "two.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByText("2 rows, 3 columns").waitFor();
    expect(await page.locator(".table-preview th small").allInnerTexts()).toEqual([
      "number, decimal comma",
      "number",
      "target, 2 names",
    ]);
    expect(await page.locator(".table-preview td").allInnerTexts()).toEqual(["1.5", "2.75", "a", "2.25", "3.5", "b"]);
    await close();
  });
});

describe("a sample that cannot be loaded", () => {
  it("is named with why; the table before stays, and the link", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons", { serviceWorkers: "block" });
    await page.getByText("400 rows, 3 columns").waitFor();
    const link = page.url();
    for (const [fault, message] of [
      [{ status: 404 }, "diabetes.csv: HTTP 404"],
      [undefined, "diabetes.csv cannot be loaded"],
    ] as const) {
      await page.context().route("**/diabetes*.csv", (route) => (fault ? route.fulfill(fault) : route.abort()));
      await page.getByRole("button", { name: "Diabetes" }).click();
      await page.getByRole("alert").filter({ hasText: message }).waitFor();
      expect(page.url()).toBe(link);
      await page.getByText("400 rows, 3 columns").waitFor();
      await page.context().unroute("**/diabetes*.csv");
    }
    await page.getByRole("button", { name: "Diabetes" }).click();
    await page.getByText("442 rows, 11 columns").waitFor();
    expect(page.url()).toContain("sample=diabetes");
    await close();
  });
});

describe("a table of values", () => {
  it("diabetes: R², the errors, and a point for each row of the test", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "data?epochs=25");
    await give(page, TABLE, dataset("diabetes"));
    await page.getByText("A number for each row, measured by R²").waitFor();
    await train(page);
    const shown = await page.locator(".result").innerText();
    const [r2, rmse, mae] = (/R² (-?[\d.]+), .*error ([\d.]+), .*error ([\d.]+\d)/.exec(shown) ?? [])
      .slice(1)
      .map(Number);
    // A linear model explains about half of the variance.
    expect(r2).toBeGreaterThan(0.3);
    expect(mae).toBeLessThan(rmse as number);
    expect(rmse).toBeLessThan(70);
    const points = page.locator(".scatter circle");
    expect(await points.count()).toBe(Number(/Test: (\d+) held-out rows/.exec(shown)?.[1]));
    const heights = await points.evaluateAll((all) => all.map((point) => point.getBoundingClientRect().y));
    expect(new Set(heights.map(Math.round)).size).toBeGreaterThan(40);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("a downloaded model", { timeout: 120_000 }, () => {
  it.each(["iris", "diabetes"])("%s: predicts the same in another visit, and by the command line", async (name) => {
    const first = await visit(browser, site.url, "data?epochs=30");
    await give(first.page, TABLE, dataset(name));
    await train(first.page);
    const [head, ...expected] = cellsOf(await download(first.page, `Download predictions for ${name}.csv`));
    const models = {
      safetensors: await download(first.page, "Download the model"),
      onnx: await download(first.page, "Download as ONNX"),
    };
    await first.close();
    for (const model of Object.values(models)) {
      const { page, complaints, close } = await visit(browser, site.url, "data");
      await give(page, MODEL, model);
      await page.getByText("predicts target").waitFor();
      const [file] = await Promise.all([page.waitForEvent("download"), give(page, OTHERS, dataset(name))]);
      expect(file.suggestedFilename()).toBe(`${name}-predictions.csv`);
      expect(cellsOf(await file.path())).toEqual([head, ...expected]);
      expect(complaints).toEqual([]);
      await close();

      const out = `${model}.csv`;
      const command = [path("../../build/cli/main.js"), "predict", model, dataset(name), "--out", out];
      await promisify(execFile)(process.execPath, command);
      const [ownHead, ...own] = cellsOf(out);
      expect(ownHead).toEqual(head);
      expect(own).toHaveLength(expected.length);
      // Node may have another binary than the browser, with other roundings.
      for (const [row, cells] of own.entries()) expectSame(cells, expected[row] as string[]);
    }
  });
});

function expectSame(cells: readonly string[], expected: readonly string[]): void {
  for (const [column, text] of expected.entries()) {
    if (Number.isNaN(Number(text))) expect(cells[column]).toBe(text);
    else
      expect(Math.abs(Number(cells[column]) - Number(text))).toBeLessThan(1e-4 * Math.max(1, Math.abs(Number(text))));
  }
}
