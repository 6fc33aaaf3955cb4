import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { watchThread } from "./long-tasks.js";
import { openTab, press, seriousViolations, visit } from "./page.js";

const IRIS = fileURLToPath(new URL("../../samples/iris.csv", import.meta.url));
const SHOTS = "build/screenshots";
const NARROW = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

it("says what is wrong with a table, and goes on", async () => {
  const { page, complaints, close } = await visit(browser, site.url, "data?epochs=10");
  const bad = [
    ["ragged.csv", "a,b,target\n1,2,u\n1,2\n", "expected 3 fields"],
    ["empty.csv", "", "empty.csv"],
    ["unlabelled.csv", "a,target\n1,\n2,\n3,\n", "target"],
    ["one-class.csv", "a,target\n1,x\n2,x\n3,x\n", "at least two classes"],
  ] as const;
  for (const [name, text, message] of bad) {
    const file = { name, mimeType: "text/csv", buffer: Buffer.from(text) };
    await page.getByLabel("Choose").setInputFiles(file);
    await page.getByRole("alert").filter({ hasText: message }).waitFor();
  }
  await page.getByLabel("Choose").setInputFiles(IRIS);
  await page.getByRole("alert").waitFor({ state: "detached" });
  await press(page, "Start training", "Finished");
  expect(complaints).toEqual([]);
  await close();
});

it("takes a file that is dropped", async () => {
  const { page, complaints, close } = await visit(browser, site.url, "data");
  const dataTransfer = await page.evaluateHandle(
    (text) => {
      const given = new DataTransfer();
      given.items.add(new File([text], "dropped.csv"));
      return given;
    },
    readFileSync(IRIS, "utf8"),
  );
  await page.dispatchEvent(".file-drop >> nth=0", "dragover", { dataTransfer });
  await page.dispatchEvent(".file-drop >> nth=0", "drop", { dataTransfer });
  await page.getByRole("heading", { name: "dropped.csv" }).waitFor();
  await page.getByText("3 classes: setosa, versicolor, virginica").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

it("can be used with the keyboard alone", async () => {
  const { page, close } = await visit(browser, site.url, "data?epochs=200");
  await page.locator(".file-drop input").first().focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("400 rows, 3 columns").waitFor();
  const reached: string[] = [];
  for (let presses = 0; presses < 12 && reached.at(-1) !== "Start training"; ++presses) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const { labels, ariaLabel, textContent } = document.activeElement as HTMLInputElement;
        return labels?.[0]?.textContent ?? ariaLabel ?? textContent ?? "";
      }),
    );
  }
  const wanted = ["Iris", "Diabetes", "First rows of moons.csv", "Column to predict", "As", "Start training"];
  expect(reached).toEqual(wanted);
  await page.keyboard.press("Enter");
  await page.getByTestId("status").filter({ hasText: "Training" }).waitFor();
  await close();
});

it("trains on one thread without the isolation headers, and says so", async () => {
  const bare = await serve(SITE, {}, "/some/where/");
  const { page, complaints, close } = await visit(browser, bare.url, "data?epochs=20&threads=2");
  await page.getByRole("button", { name: "Two moons" }).click();
  await page.getByText("Training uses one thread").waitFor();
  await press(page, "Start training", "Finished");
  await page.getByTestId("test-score").waitFor();
  expect(await page.locator(".result").innerText()).toContain("1 thread (");
  expect(complaints).toEqual([]);
  await close();
  await bare.close();
});

describe("the main thread during training", { timeout: 120_000 }, () => {
  it("of own data has no task over 50 ms of its own", async () => {
    const { page, close } = await visit(browser, site.url, "data?epochs=60&threads=2");
    await page.getByRole("button", { name: "Two moons" }).click();
    await page.locator(".uplot").nth(1).waitFor();
    const { longest, tasks } = await watchThread(browser, page, async () => {
      await press(page, "Start training", "Training");
      await page.getByTestId("test-score").waitFor();
    });
    expect(tasks).toBeGreaterThan(20);
    expect(longest).toBeLessThanOrEqual(50);
    await close();
  });

  it("of digits has none either while the tab Explore is open", async () => {
    const { page, close } = await visit(browser, site.url, "train?epochs=60&threads=2");
    await press(page, "Start training", "Training");
    await openTab(page, "Explore");
    await page.locator(".confusion").waitFor();
    // Three updates of the matrix, and more of the weights.
    const { longest, tasks } = await watchThread(browser, page, () => page.waitForTimeout(6000));
    expect(tasks).toBeGreaterThan(20);
    expect(longest).toBeLessThanOrEqual(50);
    await close();
  });
});

it.each([
  ["wide", {}],
  ["narrow", NARROW],
] as const)(
  "%s: no serious violation and no sideways scrolling, before and after training, light and dark",
  async (width, options) => {
    const { page, complaints, close } = await visit(browser, site.url, "data?epochs=60", options);
    const look = async (name: string) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}-${width}.png`, fullPage: true });
        expect(await seriousViolations(page), name).toEqual([]);
      }
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overhang, name).toBeLessThanOrEqual(0);
    };
    await look("own-data");
    await page.getByRole("button", { name: "Two moons" }).click();
    await page.locator(".uplot").nth(1).waitFor();
    await look("moons-before");
    await press(page, "Start training", "Training");
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `${SHOTS}/moons-during-${width}.png`, fullPage: true });
    await page.getByTestId("test-score").waitFor();
    await page.waitForTimeout(500);
    await look("moons-after");
    expect(complaints).toEqual([]);
    await close();
  },
);
