import type { Browser, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { press, seriousViolations, visit } from "./page.js";

const QUERY = "layers=16&batch=100&threads=1";
const HOST = "page.test";

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([
    launchChromium(`--host-resolver-rules=MAP ${HOST} 127.0.0.1`),
    serve(SITE, ISOLATION),
  ]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** On a phone and on a desk, light and dark: a picture, no serious violation, no sideways scrolling. */
async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const shot = `${name}-${colorScheme}-${width}`;
      // Past the change of colours.
      await page.waitForTimeout(200);
      await page.screenshot({ path: `build/screenshots/${shot}.png`, fullPage: true });
      expect(await seriousViolations(page), shot).toEqual([]);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overhang, shot).toBeLessThanOrEqual(0);
    }
  }
}

/** Runs in the worker. */
function failLater(): void {
  setTimeout(() => {
    throw new Error("out of order");
  });
}

describe("what the page says when something is not as it should be can be seen and read", { timeout: 120_000 }, () => {
  it("MNIST could not be loaded", async () => {
    const context = await browser.newContext({ serviceWorkers: "block" });
    await context.route("**/mnist/train-images*", (route) => route.fulfill({ status: 404 }));
    const page = await context.newPage();
    await page.goto(`${site.url}#train`);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await look(page, "failed-data");
    await context.close();
  });

  it("a worker has died, and the form is not the run's", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}&epochs=100`);
    await press(page, "Start training", "Training");
    await press(page, "Pause", "Paused");
    await press(page, "Continue", "Training");
    await (page.workers().find((worker) => worker.url().includes("training-worker")) as Worker).evaluate(failLater);
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Seed").fill("7");
    await page.getByRole("region", { name: "Changed settings" }).waitFor();
    await look(page, "died");
    await close();
  });

  it("a link is not followed, and a file not taken", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}&epochs=5000`);
    await press(page, "Start training", "Training");
    await page.evaluate(() => {
      location.hash = "train?seed=5";
    });
    await page.getByRole("region", { name: "Link" }).waitFor();
    for (const type of ["drop", "dragover"]) {
      await page.locator("h1").evaluate((element, name) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["x"], "x.png"));
        element.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer }));
      }, type);
    }
    await page.locator(".drop-hint").waitFor();
    await look(page, "held-link");
    await close();
  });

  it("plain HTTP withholds much, the clipboard among it", async () => {
    const { page, close } = await visit(browser, site.url.replace("127.0.0.1", HOST), `train?${QUERY}&epochs=1`);
    await press(page, "Start training", "Finished");
    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await page.getByRole("button", { name: "Copy a link to this run" }).click();
    await page.getByLabel("Link to this run").waitFor();
    await look(page, "plain-http");
    await close();
  });

  it("a table has decimal commas", async () => {
    const { page, close } = await visit(browser, site.url, "data");
    const buffer = Buffer.from(`weight;length;kind\n${"1,5;2,25;a\n2,5;3,75;b\n".repeat(20)}`);
    await page.getByLabel("Choose").setInputFiles({ name: "commas.csv", mimeType: "text/csv", buffer });
    await page.getByText("2 classes: a, b").waitFor();
    await look(page, "decimal-commas");
    await close();
  });
});
