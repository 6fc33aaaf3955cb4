import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { downloadMnist } from "../../web/worker/mnist-download.js";
import { SITE } from "./built-page.js";
import { press } from "./page.js";

let browser: Browser;
let site: Served;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));
beforeEach(async () => {
  // A service worker's requests would not be seen here.
  context = await browser.newContext({ serviceWorkers: "block" });
  page = await context.newPage();
  return () => context.close();
});

const IMAGES = "train-images-idx3-ubyte.gz";
const LABELS = "t10k-labels-idx1-ubyte.gz";

/** What happens to a file, and what the page says of it. */
const FAULTS: readonly (readonly [string, string, (route: Route) => Promise<void>, string])[] = [
  ["is not there", IMAGES, (route) => route.fulfill({ status: 404 }), "HTTP 404"],
  ["cannot be reached", LABELS, (route) => route.abort(), "Failed to fetch"],
  ["is another one", LABELS, (route) => route.fulfill({ body: "<!doctype html>sign in" }), "expected SHA-256"],
  [
    "cannot be unpacked",
    LABELS,
    (route) => route.fulfill({ body: Buffer.from([0x1f, 0x8b, 1, 2, 3]) }),
    "cannot be unpacked",
  ],
];

describe.each(FAULTS)("a file of MNIST that %s", (_, file, fault, message) => {
  it("is named with why, and another try loads it", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await context.route(`**/mnist/${file}`, fault);
    await page.goto(`${site.url}#train?epochs=1`);
    const alert = page.getByRole("alert").filter({ hasText: "MNIST could not be loaded" });
    await alert.waitFor();
    expect(await alert.innerText()).toContain(file);
    expect(await alert.innerText()).toContain(message);
    const again = page.getByRole("button", { name: "Try again" });
    expect(await page.getByRole("progressbar", { name: "Download of MNIST" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    // Another failure is told again; what the others do meanwhile brings no progress back.
    await again.click();
    await alert.waitFor();
    await context.unroute(`**/mnist/${file}`);
    await again.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: "Training image 1" }).waitFor();
    expect(await alert.count()).toBe(0);
    // The button is gone: the focus is where it was.
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("MNIST");
    await press(page, "Start training", "Finished");
    expect(asked.filter((url) => url.endsWith(file)).length).toBeGreaterThanOrEqual(3);
  });
});

it("a kept file that is another one is fetched anew, without a word", async () => {
  await page.goto(`${site.url}#train?epochs=1`);
  await page.getByRole("img", { name: "Training image 1" }).waitFor();
  const broken = await page.evaluate(async (name) => {
    const cache = await caches.open("simdgrad-mnist");
    const [key] = (await cache.keys()).filter(({ url }) => url.endsWith(name));
    if (key) await cache.put(key, new Response("another one"));
    return key !== undefined;
  }, LABELS);
  expect(broken).toBe(true);
  await page.reload();
  await page.getByRole("img", { name: "Training image 1" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
});

it("a file that does not come is given up after 30 s, and the others with it", async () => {
  vi.useFakeTimers();
  const aborted: string[] = [];
  vi.stubGlobal(
    "fetch",
    (url: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          aborted.push(url);
          reject(new Error("aborted"));
        });
      }),
  );
  try {
    const told = vi.fn();
    const failed = downloadMnist("http://localhost/mnist/", told).catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(aborted).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect((await failed) as Error).toMatchObject({ name: "LoadError" });
    expect(((await failed) as Error).message).toMatch(/cannot load mnist\/.*ubyte\.gz: no data for 30 s/);
    expect(aborted).toHaveLength(4);
    expect(told).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});
