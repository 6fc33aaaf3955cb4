import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { drawWithMouse, openTab, press, SEVEN, seriousViolations, type Visit, visit } from "./page.js";

const SHOTS = "build/screenshots";
const NARROW = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

const bar = (visited: Visit, digit: number) =>
  visited.page.locator(".bars li").nth(digit).locator(".bar-value").innerText().then(Number.parseFloat);

/** That all of these can be seen at once. */
async function expectInView(page: Page, ...selectors: readonly string[]): Promise<void> {
  for (const selector of selectors) {
    const { top, bottom, height } = await page.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return { top, bottom, height: innerHeight };
    });
    expect(top, selector).toBeGreaterThanOrEqual(0);
    expect(bottom, selector).toBeLessThanOrEqual(height);
  }
}

describe("exploring", { timeout: 120_000 }, () => {
  let visited: Visit;
  beforeAll(async () => {
    visited = await visit(browser, site.url, "train?epochs=3");
    await press(visited.page, "Start training", "Finished");
    await openTab(visited.page, "Explore");
  });
  afterAll(() => visited?.close());

  it("reads a digit that is drawn with the mouse, and clears it", async () => {
    await drawWithMouse(visited.page, SEVEN);
    await expect.poll(() => bar(visited, 7)).toBeGreaterThan(50);
    const all = await Promise.all(Array.from({ length: 10 }, (_, digit) => bar(visited, digit)));
    expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(100, 0);
    await visited.page.getByRole("status").filter({ hasText: "Most likely a 7" }).waitFor({ state: "attached" });
    await visited.page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => bar(visited, 7)).toBeNaN();
  });

  it("reads a digit that is drawn with the keyboard", async () => {
    const { page } = visited;
    await page.getByRole("application").focus();
    const keys = (key: string, times: number) => Array.from({ length: times }, () => key);
    for (const key of [...keys("ArrowUp", 8), " ", ...keys("ArrowDown", 16)]) await page.keyboard.press(key);
    await expect.poll(() => bar(visited, 1)).toBeGreaterThan(50);
    await page.keyboard.press("Delete");
    await expect.poll(() => bar(visited, 1)).toBeNaN();
  });

  it("opens the digits of a cell of the confusion matrix, by keyboard, and goes back to the cell", async () => {
    const { page } = visited;
    const cells = page.locator(".confusion button[aria-haspopup]");
    const counts = await cells.allInnerTexts();
    const most = Math.max(...counts.map(Number));
    const cell = cells.nth(counts.indexOf(String(most)));
    const name = (await cell.getAttribute("aria-label")) as string;
    await cell.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.locator("li").first().waitFor();
    expect(name).toContain(await dialog.getByRole("heading").innerText());
    expect(await dialog.locator("li").count()).toBe(Math.min(60, most));
    await page.screenshot({ path: `${SHOTS}/confusion-light.png` });
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await cell.evaluate((element) => element === document.activeElement)).toBe(true);
    const [label, prediction] = String(await cell.getAttribute("data-cell"))
      .split("-")
      .map(Number) as [number, number];
    await page.keyboard.press("ArrowDown");
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-cell"));
    expect(focused).toBe(`${Math.min(9, label + 1)}-${prediction}`);
  });

  it("shows the first layer's weights", async () => {
    const colours = await visited.page.locator(".tiles").evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, 28, 28);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours).toBeGreaterThan(20);
  });
});

describe.each([
  ["wide", {}],
  ["narrow", NARROW],
] as const)("%s, light and dark", { timeout: 120_000 }, (width, options) => {
  it("has no serious violation, no sideways scrolling, and nothing in the console", async () => {
    const visited = await visit(browser, site.url, "train?epochs=5&batch=50", options);
    const { page, complaints } = visited;
    const look = async (name: string) => {
      await page.evaluate(() => document.fonts.ready);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        // Past the longest time that a chart waits with its drawing.
        await page.waitForTimeout(500);
        await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}-${width}.png` });
        expect(await seriousViolations(page), name).toEqual([]);
      }
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overhang, name).toBeLessThanOrEqual(0);
    };
    expect(await seriousViolations(page)).toEqual([]);
    await openTab(page, "Explore");
    expect(await seriousViolations(page)).toEqual([]);
    await openTab(page, "Train");
    await press(page, "Start training", "Finished");
    await look("training");
    await openTab(page, "Explore");
    await page.locator(".confusion").waitFor();
    await drawWithMouse(page, SEVEN);
    await expect.poll(() => bar(visited, 7)).toBeGreaterThan(20);
    await page.mouse.move(0, 0);
    await page.locator(".draw").evaluate((element) => element.scrollIntoView());
    await expectInView(page, ".drawing-field", ".bars");
    await look("drawing");
    await page.locator(".confusion").scrollIntoViewIfNeeded();
    await look("matrix");
    expect(complaints).toEqual([]);
    await visited.close();
  });
});

it("follows a wish for little motion", async () => {
  const { page, close } = await visit(browser, site.url, "train", { reducedMotion: "reduce" });
  const durations = await page
    .locator(".progress > div, button")
    .evaluateAll((elements) => elements.map((element) => getComputedStyle(element).transitionDuration));
  expect(new Set(durations)).toEqual(new Set(["0s"]));
  await close();
});

it("draws with a finger", async () => {
  const { page, close } = await visit(browser, site.url, "explore?batch=100", NARROW);
  const field = page.locator(".drawing-field");
  await field.scrollIntoViewIfNeeded();
  await field.tap({ position: { x: 100, y: 100 } });
  await page.getByRole("button", { name: "Clear" }).and(page.locator(":enabled")).waitFor();
  // The field must not scroll the page away under the finger.
  expect(await field.locator("canvas").evaluate((element) => getComputedStyle(element).touchAction)).toBe("none");
  await close();
});
