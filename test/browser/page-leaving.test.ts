import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { imageNetwork, MNIST_IMAGES } from "../../src/app/image-set.js";
import { networkFromSettings } from "../../src/app/network-from-settings.js";
import { DIGIT_DEFAULTS } from "../../src/app/settings/page-settings.js";
import { createEngine, serializeModel } from "../../src/index.js";
import { SITE } from "./built-page.js";
import { download, openTab, press, ready, visit } from "./page.js";

const IRIS_FILE = fileURLToPath(new URL("../../samples/iris.csv", import.meta.url));
const IRIS = readFileSync(IRIS_FILE, "utf8");
const LONG = "layers=16&batch=100&epochs=1000&threads=1";

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** Questions that the browser asks, each answered with staying. */
function questions(page: Page): string[] {
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  return asked;
}

/** What takes a reader off the page. @returns whether the browser has asked, and the page is still there */
const WAYS: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  ["a reload", (page) => page.evaluate(() => location.reload())],
  ["Back", (page) => page.evaluate(() => history.back())],
  ["another address", (page) => page.evaluate(() => location.assign("about:blank"))],
  ["the closed tab", (page) => page.close({ runBeforeUnload: true })],
];

describe("before a run is lost", { timeout: 120_000 }, () => {
  it.each(WAYS)("by %s the browser asks: in a run, and when its results are not saved", async (_, leave) => {
    const { page, close } = await visit(browser, site.url, `train?${LONG}`);
    const asked = questions(page);
    await press(page, "Start training", "Training");
    await leave(page);
    await expect.poll(() => asked).toEqual(["beforeunload"]);
    expect(await page.getByTestId("status").innerText()).toBe("Training");
    await press(page, "Stop", "Stopped");
    await leave(page);
    await expect.poll(() => asked).toEqual(["beforeunload", "beforeunload"]);
    await page.getByTestId("hash").waitFor();
    await close();
  });

  it("it does not ask when there is nothing to lose: before a run, and once the model or a checkpoint is saved", async () => {
    const { page, close } = await visit(browser, site.url, `train?${LONG}&epochs=1`);
    const asked = questions(page);
    // Without a click or a key browsers do not ask anyway.
    await page.getByLabel("Seed").fill("5");
    await page.reload();
    await ready(page);
    for (const file of ["Download the model", "Download a checkpoint"]) {
      await press(page, "Start training", "Finished");
      await download(page, file);
      await page.reload();
      await ready(page);
    }
    expect(asked).toEqual([]);
    await close();
  });

  it("of own data, and a benchmark", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=1000");
    const asked = questions(page);
    await page.getByText("400 rows, 3 columns").waitFor();
    await press(page, "Start training", "Training");
    await press(page, "Stop", "Stopped");
    await page.getByTestId("test-score").waitFor();
    await page.evaluate(() => location.reload());
    await expect.poll(() => asked).toHaveLength(1);
    await download(page, "Download the model");
    await page.reload();
    expect(asked).toHaveLength(1);
    await openTab(page, "Benchmark");
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.evaluate(() => location.reload());
    await expect.poll(() => asked).toHaveLength(2);
    await page.getByRole("button", { name: "Stop" }).click();
    await close();
  });

  it("the logo opens the first tab and leaves all as it is", async () => {
    const { page, close } = await visit(browser, site.url, `train?${LONG}`);
    const asked = questions(page);
    await press(page, "Start training", "Training");
    await openTab(page, "Benchmark");
    await page.getByRole("link", { name: "simdgrad, start page" }).click();
    await page.getByTestId("status").filter({ hasText: "Training" }).waitFor();
    expect(page.url()).toContain(`#train?layers=16&`);
    expect(page.url()).toContain("&epochs=1000&");
    expect(asked).toEqual([]);
    await close();
  });
});

describe("a link within the page", { timeout: 120_000 }, () => {
  const follow = (page: Page, hash: string) =>
    page.evaluate((text) => {
      location.hash = text;
    }, hash);
  const held = (page: Page) => page.getByRole("region", { name: "Link" });

  it("does not change the settings of a run under way: it can be followed later, or left", async () => {
    const { page, close } = await visit(browser, site.url, `train?${LONG}`);
    await press(page, "Start training", "Training");
    const address = page.url();
    await follow(page, "train?layers=5&seed=9");
    await held(page).getByText("The link was not followed: a run with other settings is under way.").waitFor();
    expect(page.url()).toBe(address);
    expect(await page.getByLabel("Seed").inputValue()).toBe("42");
    expect(await held(page).getByRole("button", { name: "Follow it" }).isDisabled()).toBe(true);
    await held(page).getByRole("button", { name: "Stay here" }).click();
    expect(await held(page).count()).toBe(0);

    await follow(page, "train?layers=5&seed=9");
    await held(page).waitFor();
    await press(page, "Stop", "Stopped");
    await held(page).getByRole("button", { name: "Follow it" }).click();
    expect(await page.getByLabel("Seed").inputValue()).toBe("9");
    expect(await held(page).count()).toBe(0);
    // The run that is shown is the one before, and the form says so.
    await page.getByRole("button", { name: "Restore the run’s" }).click();
    expect(page.url()).toBe(address);
    await close();
  });

  it("to a tab alone changes no setting, and Back undoes a change of settings", async () => {
    const { page, close } = await visit(browser, site.url, `train?${LONG}`);
    await follow(page, "benchmark");
    await page.getByRole("heading", { name: "How fast is it on this machine?" }).waitFor();
    await follow(page, "train");
    await page.getByTestId("status").waitFor();
    const address = page.url();
    expect(address).toContain("&epochs=1000&");
    await follow(page, "train?layers=5&epochs=2");
    await expect.poll(() => page.getByLabel("Epochs", { exact: true }).inputValue()).toBe("2");
    await page.evaluate(() => history.back());
    await expect.poll(() => page.getByLabel("Epochs", { exact: true }).inputValue()).toBe("1000");
    expect(page.url()).toBe(address);
    await close();
  });

  it("to another table does not take the place of unsaved results", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=20");
    await page.getByText("400 rows, 3 columns").waitFor();
    await press(page, "Start training", "Finished");
    await page.getByTestId("test-score").waitFor();
    await follow(page, "data?sample=iris&epochs=20");
    await held(page).getByText("it opens another table, and you have not saved the results for this one").waitFor();
    await page.getByTestId("test-score").waitFor();
    expect(page.url()).toContain("sample=moons");
    await held(page).getByRole("button", { name: "Follow it" }).click();
    await page.getByText("150 rows, 5 columns").waitFor();
    await close();
  });
});

/** Drags files over an element of the page and drops them there. */
async function drop(page: Page, selector: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const given = Object.entries(files).map(([name, data]) => ({ name, base64: Buffer.from(data).toString("base64") }));
  const dataTransfer = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    return transfer;
  }, given);
  await page.dispatchEvent(selector, "dragover", { dataTransfer });
  await page.dispatchEvent(selector, "drop", { dataTransfer });
}

describe("a file that is dropped", { timeout: 120_000 }, () => {
  /** Whether the page has kept the browser from leaving for the file. */
  const isPrevented = (page: Page, selector: string, type: string) =>
    page.locator(selector).evaluate((element, name) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x.png"));
      return !element.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer }));
    }, type);

  it("anywhere on any tab does not leave the page, and what it was taken for is said", async () => {
    const { page, close } = await visit(browser, site.url, "train");
    for (const tab of ["Train", "Explore", "Own data", "Benchmark"]) {
      await openTab(page, tab);
      for (const selector of ["body", "h1", ".page-footer"]) {
        expect(await isPrevented(page, selector, "dragover"), tab).toBe(true);
        await page.locator(".drop-hint").waitFor();
        expect(await isPrevented(page, selector, "drop"), tab).toBe(true);
        expect(await page.locator(".drop-hint").count()).toBe(0);
        await page.getByRole("alert").filter({ hasText: "x.png was not opened" }).waitFor();
      }
    }
    // Text can be dragged into fields as before.
    await openTab(page, "Train");
    const prevented = await page.getByLabel("Seed").evaluate((element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", "7");
      return !element.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    });
    expect(prevented).toBe(false);
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  it("beside the zone of the tab Own data is opened: a table, or a model of one", async () => {
    const { page, close } = await visit(browser, site.url, "data?epochs=5");
    await drop(page, "h1", { "iris.csv": IRIS });
    await page.getByText("3 classes: setosa, versicolor, virginica").waitFor();
    await press(page, "Start training", "Finished");
    const model = readFileSync(await download(page, "Download the model"));
    await drop(page, ".page-footer", { "model.safetensors": model });
    await page.getByText("predicts target").waitFor();
    await drop(page, "h1", { "a.csv": IRIS, "b.csv": IRIS });
    await page.getByRole("alert").filter({ hasText: "You dropped 2 files. Drop one at a time" }).waitFor();
    await drop(page, ".file-drop >> nth=0", { "a.csv": IRIS, "b.csv": IRIS });
    await page.getByRole("alert").filter({ hasText: "You dropped 2 files. Drop one at a time" }).waitFor();
    await page.getByText("predicts target").waitFor();
    await close();
  });

  it("from the desktop is opened wherever it falls", async () => {
    const { page, close } = await visit(browser, site.url, "data");
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: [IRIS_FILE], dragOperationsMask: 1 };
    const at = { x: 640, y: 20, data };
    for (const type of ["dragEnter", "dragOver"] as const)
      await devtools.send("Input.dispatchDragEvent", { type, ...at });
    await page.getByText("Drop a table or a model anywhere on this tab").waitFor();
    await devtools.send("Input.dispatchDragEvent", { type: "drop", ...at });
    await page.getByText("150 rows, 5 columns").waitFor();
    await close();
  });

  it("on the tabs of digits is opened if it is a model", async () => {
    const engine = await createEngine({ threads: 1 });
    const model = serializeModel(
      networkFromSettings(engine, { ...DIGIT_DEFAULTS, hidden: [4] }, imageNetwork(MNIST_IMAGES)),
    );
    const { page, close } = await visit(browser, site.url, "explore");
    await page
      .getByRole("button", { name: "Open a model or checkpoint" })
      .and(page.locator(":not([aria-disabled])"))
      .waitFor();
    await drop(page, "h1", { "small.safetensors": model });
    await page.getByText("small.safetensors: 784 → 4 → 10").waitFor();
    await drop(page, "h1", { "iris.csv": IRIS });
    await page
      .getByRole("alert")
      .filter({ hasText: "iris.csv was not opened. The Own data tab opens tables" })
      .waitFor();
    await close();
  });

  it("during a run does not take its place", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=2000");
    await page.getByText("400 rows, 3 columns").waitFor();
    await press(page, "Start training", "Training");
    const link = page.url();
    // As an ONNX file begins.
    const model = Uint8Array.of(0x08, 0x08, 0x12, 0x00);
    for (const [target, name, content] of [
      ["h1", "iris.csv", IRIS],
      [".file-drop >> nth=0", "iris.csv", IRIS],
      ["h1", "model.onnx", model],
    ] as const) {
      await drop(page, target, { [name]: content });
      await page.getByRole("alert").filter({ hasText: "A run is under way. Stop it before" }).waitFor();
      expect(await page.getByTestId("status").innerText()).toBe("Training");
    }
    expect(page.url()).toBe(link);
    await openTab(page, "Train");
    await press(page, "Start training", "Training");
    await drop(page, "h1", { "model.onnx": model });
    await page.getByRole("alert").filter({ hasText: "A run is under way. Stop it before" }).waitFor();
    expect(await page.getByTestId("status").innerText()).toBe("Training");
    await close();
  });
});
