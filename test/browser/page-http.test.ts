import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { download, openTab, press, shownHash, trainInNode, visit } from "./page.js";

/** A host that is not of this machine, as far as the browser knows. */
const HOST = "page.test";
const QUERY = "layers=16&epochs=2&batch=100&seed=3&arithmetic=relaxed&threads=2";

let browser: Browser;
let site: Served;
let url: string;

beforeAll(async () => {
  [browser, site] = await Promise.all([
    launchChromium(`--host-resolver-rules=MAP ${HOST} 127.0.0.1`),
    // With the headers: over plain HTTP they are of no avail.
    serve(SITE, ISOLATION),
  ]);
  url = site.url.replace("127.0.0.1", HOST);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

it("is a page without what browsers give to HTTPS and localhost only", async () => {
  const { page, close } = await visit(browser, url, "data");
  const there = await page.evaluate(() => ({
    secure: isSecureContext,
    subtle: crypto.subtle !== undefined,
    cache: "caches" in globalThis,
    clipboard: navigator.clipboard !== undefined,
    locks: navigator.locks !== undefined,
    serviceWorker: "serviceWorker" in navigator,
    sharedMemory: "SharedArrayBuffer" in globalThis,
  }));
  expect(Object.values(there).filter(Boolean)).toEqual([]);
  await close();
});

it("trains on MNIST to Node's bits, says what is missing, and copies the link", { timeout: 120_000 }, async () => {
  const expected = await trainInNode(QUERY);
  const { page, complaints, close } = await visit(browser, url, `train?${QUERY}`);
  await page.getByText("You opened this page over plain HTTP.").waitFor();
  await press(page, "Step", "Paused");
  await press(page, "Stop", "Stopped");
  await press(page, "Resume", "Finished");
  expect(await shownHash(page)).toBe(expected.hash);
  expect(await page.locator(".result").innerText()).toMatch(/1 thread \(.*plain HTTP/);
  await page.getByRole("button", { name: "Copy a link to this run" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  await page.evaluate(() => document.body.append(document.createElement("textarea")));
  await page.locator("body > textarea").press("ControlOrMeta+v");
  expect(await page.locator("body > textarea").inputValue()).toContain(`${url}#train?layers=16&`);
  const checkpoint = await download(page, "Download a checkpoint");
  await openTab(page, "Explore");
  await page.locator(".confusion").waitFor();
  await page.getByLabel("Model or checkpoint").setInputFiles(checkpoint);
  await page.getByText("checkpoint.safetensors: 784 → 16 → 10").waitFor();
  expect(complaints.filter((text) => !/Cross-Origin-Opener-Policy/.test(text))).toEqual([]);
  await close();
});

it("shows the link where it cannot be copied at all", async () => {
  const { page, close } = await visit(browser, url, `train?${QUERY}&epochs=1`);
  await press(page, "Start training", "Finished");
  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await page.getByRole("button", { name: "Copy a link to this run" }).click();
  expect(await page.getByLabel("Link to this run").inputValue()).toContain(`${url}#train?layers=16&`);
  await page.getByText("Your browser does not let the page copy").waitFor();
  await close();
});

it("trains on own data, and says why it measures one thread", async () => {
  const { page, close } = await visit(browser, url, "data?epochs=20");
  await page.getByRole("button", { name: "Two moons" }).click();
  await press(page, "Start training", "Finished");
  await page.getByTestId("test-score").waitFor();
  expect(await shownHash(page)).toMatch(/^[0-9a-f]{64}$/);
  await openTab(page, "Benchmark");
  for (const part of ["Matrix products", "Other kernels"]) await page.getByLabel(part).uncheck();
  await page.getByRole("button", { name: "Start measuring" }).click();
  await page.getByText("browsers isolate none that came over plain HTTP").waitFor();
  await close();
});

it("stops a worker that does not answer there, too", async () => {
  const { page, close } = await visit(browser, url, `train?${QUERY}&epochs=5000`);
  await press(page, "Step", "Paused");
  await press(page, "Continue", "Training");
  await page
    .workers()
    .find((worker) => worker.url().includes("training-worker"))
    ?.evaluate(() => close());
  await press(page, "Stop", "Stopped");
  await page.getByText(/^Stopped in the middle of a batch.* back at epoch/).waitFor();
  await press(page, "Resume", "Training");
  await close();
});
