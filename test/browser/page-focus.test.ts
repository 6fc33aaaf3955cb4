import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { openTab, press, visit } from "./page.js";

const IRIS = fileURLToPath(new URL("../../samples/iris.csv", import.meta.url));

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** Name of the element that has the focus: its label's text, its own, or its tag. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement;
    return element.labels?.[0]?.textContent || element.ariaLabel || element.textContent || element.tagName;
  });

/** Focuses a control and presses a key on it, as who has no mouse does. */
async function use(page: Page, name: string, key = "Enter"): Promise<void> {
  await page.getByRole("button", { name, exact: true }).focus();
  await page.keyboard.press(key);
}

const status = (page: Page, state: string) => page.getByTestId("status").filter({ hasText: state }).waitFor();

describe("the focus stays on the control that was used", { timeout: 120_000 }, () => {
  it("as a run starts, pauses, steps, goes on, stops, resumes and ends", async () => {
    const { page, close } = await visit(browser, site.url, "train?layers=16&batch=100&epochs=500&threads=1");
    await use(page, "Start training");
    await status(page, "Training");
    expect(await focused(page)).toBe("Pause");
    await page.keyboard.press("Enter");
    await status(page, "Paused");
    expect(await focused(page)).toBe("Continue");
    await use(page, "Step", " ");
    await page.getByTestId("hash").waitFor();
    expect(await focused(page)).toBe("Step");
    await use(page, "Continue");
    await status(page, "Training");
    expect(await focused(page)).toBe("Pause");
    await use(page, "Stop");
    await status(page, "Stopped");
    expect(await focused(page)).toBe("Stop");
    await use(page, "Resume");
    await status(page, "Training");
    expect(await focused(page)).toBe("Resume");
    await use(page, "Stop");
    await status(page, "Stopped");
    await use(page, "Copy a link to this run");
    expect(await focused(page)).toMatch(/^Cop/);
    await close();
  });

  it("and a button that is off does nothing", async () => {
    const { page, close } = await visit(browser, site.url, "train?epochs=1");
    for (const name of ["Stop", "Resume"]) {
      await use(page, name);
      await use(page, name, " ");
      expect(await focused(page)).toBe(name);
    }
    await status(page, "Ready");
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  it("as settings are changed, layers added and taken away, and all set back", async () => {
    const { page, close } = await visit(browser, site.url, "train");
    const field = page.getByLabel("Learning rate");
    await field.focus();
    for (const text of ["0", "0.", "0.0", "0.01"]) {
      await field.fill(text);
      expect(await focused(page)).toBe("Learning rate");
    }
    await page.getByLabel("Optimizer").focus();
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("Optimizer");
    for (let layers = 3; layers <= 9; ++layers) await use(page, "Add a layer");
    expect(await focused(page)).toBe("Add a layer");
    expect(await page.getByRole("button", { name: "Add a layer" }).isDisabled()).toBe(true);
    // The last one's button goes with it.
    await use(page, "Remove hidden layer 2");
    expect(await focused(page)).toBe("Remove hidden layer 2");
    for (let last = 7; last >= 2; --last) {
      await use(page, `Remove hidden layer ${last}`);
      expect(await focused(page)).toBe(`Remove hidden layer ${last - 1}`);
    }
    await use(page, "Remove hidden layer 1");
    expect(await focused(page)).toBe("Add a layer");
    await use(page, "Back to the defaults");
    expect(await focused(page)).toBe("Back to the defaults");
    await close();
  });

  it("as tabs are changed, by keys and by Back", async () => {
    const { page, close } = await visit(browser, site.url, "train");
    await page.getByRole("tab", { name: "Train" }).focus();
    for (const name of ["Explore", "Own data", "Benchmark", "Train"]) {
      await page.keyboard.press("ArrowRight");
      expect(await focused(page)).toBe(name);
    }
    await page.getByLabel("Seed").focus();
    await page.evaluate(() => {
      location.hash = "explore";
    });
    await page.getByRole("heading", { name: "Try it, and look inside" }).waitFor();
    // The field is gone; the panel that had it takes the focus, so that Tab goes on in it.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("panel-explore");
    await close();
  });

  it("as a drawing is cleared, a file opened, and a benchmark started and stopped", async () => {
    const { page, close } = await visit(browser, site.url, "explore");
    const field = page.getByRole("application");
    await field.focus();
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Clear" }).and(page.locator(":not([aria-disabled])")).waitFor();
    await use(page, "Clear");
    expect(await focused(page)).toBe("Clear");
    await openTab(page, "Benchmark");
    for (const part of ["Matrix products", "Other kernels"]) await page.getByLabel(part).uncheck();
    await use(page, "Start measuring");
    await page.locator(".engine").waitFor();
    expect(await focused(page)).toMatch(/^(Start measuring|Measure again)$/);
    await use(page, "Stop");
    await page.getByText("Stopped", { exact: true }).waitFor();
    expect(await focused(page)).toBe("Stop");
    await close();
  });

  it("with own data: tables, columns, runs", async () => {
    const { page, close } = await visit(browser, site.url, "data?epochs=1000");
    await use(page, "Iris");
    await page.getByText("150 rows, 5 columns").waitFor();
    expect(await focused(page)).toBe("Iris");
    const target = page.getByLabel("Column to predict");
    await target.focus();
    await page.keyboard.press("ArrowUp");
    await page.getByText("A number for each row").waitFor();
    expect(await focused(page)).toBe("Column to predict");
    await page.getByLabel("Choose another table").focus();
    await page.getByLabel("Choose another table").setInputFiles(IRIS);
    await page.getByText("3 classes").waitFor();
    expect(await focused(page)).toBe("Choose another table");
    await use(page, "Start training");
    await status(page, "Training");
    expect(await focused(page)).toBe("Pause");
    await use(page, "Stop");
    await page.getByTestId("test-score").waitFor();
    expect(await focused(page)).toBe("Stop");
    await close();
  });

  it("or goes to what was around it, where the control goes away", async () => {
    const { page, close } = await visit(browser, site.url, "train?layers=16&batch=100&epochs=1&threads=1");
    const around = () => page.evaluate(() => (document.activeElement as HTMLElement).tagName);
    await press(page, "Start training", "Finished");
    await page.getByLabel("Seed").fill("5");
    await use(page, "Restore the run’s");
    await page.getByRole("region", { name: "Changed settings" }).waitFor({ state: "detached" });
    expect(await around()).toBe("FIELDSET");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Units of hidden layer 1");

    await page.getByLabel("Epochs", { exact: true }).fill("5000");
    await press(page, "Start over", "Training");
    await page.evaluate(() => {
      location.hash = "train?seed=6";
    });
    await use(page, "Stay here");
    await page.getByRole("region", { name: "Link" }).waitFor({ state: "detached" });
    expect(await around()).toBe("MAIN");
    // What the reader has left, by a click on nothing, is not brought back.
    await page.locator(".page-footer").click();
    expect(await around()).toBe("BODY");
    const text = () => page.getByRole("progressbar", { name: "Training" }).getAttribute("aria-valuetext");
    await expect.poll(async () => Number(/epoch (\d+) of/.exec((await text()) ?? "")?.[1])).toBeGreaterThan(3);
    expect(await around()).toBe("BODY");
    await close();
  });

  it("after a dialog is back on what opened it", async () => {
    const { page, close } = await visit(browser, site.url, "train?layers=16&batch=100&epochs=1&threads=1");
    await press(page, "Start training", "Finished");
    await openTab(page, "Explore");
    const cell = page.locator(".confusion button[aria-haspopup]").first();
    await cell.focus();
    const name = await focused(page);
    for (const how of ["Escape", "Enter"]) {
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").locator("li").first().waitFor();
      if (how === "Enter") await page.getByRole("button", { name: "Close" }).focus();
      await page.keyboard.press(how);
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await focused(page)).toBe(name);
    }
    await close();
  });
});
