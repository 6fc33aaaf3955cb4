import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { seriousViolations, visit } from "./page.js";

const [STEP, PRODUCTS, KERNELS] = ["Training step", "Matrix products", "Other kernels"];

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** The tab with nothing but the training step ticked. */
async function open(url = site.url, options: BrowserContextOptions = {}) {
  const opened = await visit(browser, url, "benchmark", options);
  for (const part of [PRODUCTS, KERNELS]) await opened.page.getByLabel(part).uncheck();
  return opened;
}

async function measure(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start measuring" }).click();
  await page.getByText(/^Finished: \d+ lines$/).waitFor({ timeout: 60_000 });
}

/** What the engine's report says, by name. */
async function setup(page: Page): Promise<Record<string, string>> {
  const [names, values] = await Promise.all(["dt", "dd"].map((tag) => page.locator(`.engine ${tag}`).allInnerTexts()));
  return Object.fromEntries((names as string[]).map((name, index) => [name, values?.[index] as string]));
}

/** Texts of the table's cells, the heads' first. */
async function cells(page: Page): Promise<string[][]> {
  const rows = page.locator(".benchmark table tr");
  return rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
}

describe("a training step", { timeout: 90_000 }, () => {
  it("is measured dense and sparse, on one thread and on all, beside the limit; and copied as Markdown", async () => {
    const { page, complaints, close } = await open(site.url, { permissions: ["clipboard-read", "clipboard-write"] });
    await measure(page);
    const [heads = [], ...rows] = await cells(page);
    const about = (row: string[], head: string) => row[heads.indexOf(head)] as string;
    const kinds = rows.map((row) => `${about(row, "Input")} ${about(row, "Threads")}`);
    expect(kinds.sort()).toEqual(["dense 1", "dense 2", "sparse 1", "sparse 2"]);
    for (const row of rows) {
      const rate = Number(about(row, "Samples / s").replaceAll(",", ""));
      expect(rate).toBeGreaterThan(0);
      // 32 rows a step: the two columns say the same.
      expect((rate * Number(about(row, "µs / step").replaceAll(",", ""))) / 32e6).toBeCloseTo(1, 1);
      expect(Number(about(row, "GFLOP/s"))).toBeGreaterThan(0);
      expect(about(row, "Of the limit")).toMatch(/^\d+ %$/);
    }
    const report = await setup(page);
    expect(report.Browser).toMatch(/^Chromium \d+/);
    expect(report.Binary).toMatch(/^relaxed SIMD – .{10}/);
    expect(report.Threads).toMatch(/^2 – /);
    expect(report["256-bit vectors"]).toMatch(/^off – .{10}/);

    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await page.getByText("Copied.").waitFor();
    const markdown = await page.evaluate(() => navigator.clipboard.readText());
    for (const [name, value] of Object.entries(report)) expect(markdown).toContain(`- ${name}: ${value}\n`);
    const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
    const copied = lines.map((line) => line.slice(2, -2).split(" | "));
    expect([copied[0], ...copied.slice(2)]).toEqual([heads, ...rows]);

    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 390]) {
        const name = `benchmark-${colorScheme}-${width}`;
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: `build/screenshots/${name}.png`, fullPage: true });
        expect(await seriousViolations(page), name).toEqual([]);
        const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overhang, name).toBeLessThanOrEqual(0);
      }
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("says why there is no more than plain SIMD and one thread; a browser that does not copy shows the text", async () => {
    const bare = await serve(SITE, {}, "/some/where/");
    const { page, complaints, close } = await open(bare.url);
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.execCommand = () => false;
    });
    await page.getByLabel("Arithmetic").selectOption("Plain SIMD");
    await measure(page);
    const [, ...rows] = await cells(page);
    expect(rows.map((row) => row[1])).toEqual(["1", "1"]);
    const report = await setup(page);
    expect(report.Binary).toBe("simd SIMD – requested");
    expect(report.Threads).toMatch(/^1 – .*isolat/);
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    const text = await page.getByLabel("Benchmark as Markdown").inputValue();
    expect(text.match(/^\| (dense|sparse) /gm)).toHaveLength(2);
    expect(complaints).toEqual([]);
    await close();
    await bare.close();
  });
});

describe("the controls", () => {
  it("stop a benchmark, keep its lines, and begin anew", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "benchmark");
    await page.getByLabel(STEP).uncheck();
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.locator(".benchmark tbody tr").nth(1).waitFor();
    expect(await page.getByRole("checkbox", { name: PRODUCTS }).isDisabled()).toBe(true);
    expect(page.workers().filter((worker) => worker.url().includes("benchmark"))).toHaveLength(1);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    const kept = await page.locator(".benchmark tbody tr").count();
    expect(kept).toBeGreaterThanOrEqual(2);
    const workers = () => page.workers().filter((worker) => worker.url().includes("benchmark")).length;
    await expect.poll(workers, { timeout: 15_000 }).toBe(0);
    expect(await page.locator(".benchmark tbody tr").count()).toBe(kept);
    await page.getByRole("button", { name: "Copy as Markdown" }).waitFor();
    await page.getByRole("button", { name: "Measure again" }).click();
    await page.locator(".benchmark tbody tr").first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("do not start a benchmark of nothing", async () => {
    const { page, close } = await open();
    expect(await page.getByRole("button", { name: "Start measuring" }).isEnabled()).toBe(true);
    await page.getByLabel(STEP).uncheck();
    expect(await page.getByRole("button", { name: "Start measuring" }).isDisabled()).toBe(true);
    await page.getByText("Select what to measure").waitFor();
    await close();
  });

  it.each([
    ["its worker", "**/*benchmark-worker*", "script cannot be loaded"],
    ["a binary", "**/*.wasm", "cannot load"],
    ["MNIST", "**/mnist/**", "train-images-idx3-ubyte"],
  ])("say so when %s cannot be loaded", async (_, files, message) => {
    // A service worker would answer from its cache.
    const { page, close } = await open(site.url, { serviceWorkers: "block" });
    await page.evaluate(() => caches.delete("simdgrad-mnist"));
    await page.context().route(files, (route) => route.abort());
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.getByRole("alert").filter({ hasText: message }).waitFor();
    await page.getByText("Failed", { exact: true }).waitFor();
    await page.context().unroute(files);
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.locator(".engine").waitFor();
    await close();
  });
});
