import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { launchFirefox } from "./firefox.js";
import { trainInNode } from "./page.js";

const QUERY =
  "layers=32,16&activation=gelu&optimizer=adam&rate=0.002&dropout=0.2&epochs=4&seed=7&batch=100&threads=2&arithmetic=simd";

let browser: Browser;
let site: Served;
let page: Page;
let expected: string;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchFirefox(), serve(SITE, ISOLATION)]);
  expected = (await trainInNode(QUERY)).hash;
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));
beforeEach(async () => {
  page = await browser.newPage();
  await page.evaluateOnNewDocument(breakable);
  await page.goto(`${site.url}#train?${QUERY}`);
  await page.waitForSelector(".buttons .primary:not([aria-disabled])");
});
afterEach(() => page?.close());

/** Has workers take messages by which something happens to them some batches later. Runs in the page. */
function breakable(): void {
  const faults = `addEventListener("message", ({ data: { fault } }) => {
    if (!fault) return;
    const now = performance.now.bind(performance);
    let looks = 0;
    performance.now = () => {
      if (++looks === 8) {
        if (fault === "block") for (const begin = Date.now(); Date.now() - begin < 60_000; );
        else setTimeout(() => {
          if (fault === "end") close();
          else throw new Error("out of order");
        });
      }
      return now();
    };
  });`;
  const workers: Worker[] = [];
  Object.assign(globalThis, {
    workers,
    Worker: class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        const text = `${faults}\nimport ${JSON.stringify(new URL(url, document.baseURI).href)};`;
        super(URL.createObjectURL(new Blob([text], { type: "text/javascript" })), options);
        // The others are threads of its engine.
        if (options?.name === "training") workers.push(this);
      }
    },
  });
}

const inject = (fault: string) =>
  page.evaluate((name) => {
    (globalThis as unknown as { workers: Worker[] }).workers.at(-1)?.postMessage({ fault: name });
  }, fault);
const hash = () =>
  page.waitForSelector('[data-testid="hash"]').then((found) => found?.evaluate((code) => code.textContent));
const focused = () => page.evaluate(() => document.activeElement?.textContent);

/** Presses a button by the keyboard, once it can be pressed: an alert may be there before the buttons are. */
async function use(name: string): Promise<void> {
  const isReady = (text: string) => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === text);
    return button !== undefined && button.getAttribute("aria-disabled") !== "true" && !button.disabled;
  };
  await page.waitForFunction(isReady, { timeout: 40_000 }, name);
  await page.$$eval(
    "button",
    (buttons, text) => buttons.find(({ textContent }) => textContent === text)?.focus(),
    name,
  );
  await page.keyboard.press("Enter");
}

/** The same, and waits for the run's state. */
async function press(name: string, state: string): Promise<void> {
  await use(name);
  await page.waitForFunction(
    (text) => document.querySelector('[data-testid="status"]')?.textContent === text,
    { timeout: 40_000 },
    state,
  );
}

describe("the page in Firefox", { timeout: 120_000 }, () => {
  it("pauses, stops and resumes to Node's bits, and the focus stays", async () => {
    await press("Start training", "Training");
    expect(await focused()).toBe("Pause");
    await press("Pause", "Paused");
    expect(await focused()).toBe("Continue");
    await press("Continue", "Training");
    await press("Stop", "Stopped");
    expect(await focused()).toBe("Stop");
    await press("Resume", "Finished");
    expect(await hash()).toBe(expected);
  });

  it.each([
    ["error", "out of order"],
    ["end", "it ended without an error"],
  ])("says that its worker has died of %s, and goes on in another one", async (fault, reason) => {
    await press("Step", "Paused");
    await inject(fault);
    await use("Continue");
    const alert = await page.waitForSelector('[role="alert"]');
    expect(await alert?.evaluate(({ textContent }) => textContent)).toContain(reason);
    await press("Resume", "Finished");
    expect(await hash()).toBe(expected);
  });

  it("stops a worker that does not answer, and goes on in another one", async () => {
    await press("Step", "Paused");
    await inject("block");
    await press("Continue", "Training");
    await press("Stop", "Stopped");
    await press("Resume", "Finished");
    expect(await hash()).toBe(expected);
  });
});
