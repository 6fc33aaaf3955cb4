import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { press, ready, shownHash, trainInNode, visit } from "./page.js";

const QUERY = "layers=16&epochs=1&batch=100&seed=3&arithmetic=relaxed";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

it("trains without a network after the first visit, with all threads", { timeout: 120_000 }, async () => {
  const expected = await trainInNode(QUERY);
  const site = await serve(SITE, ISOLATION);
  const { page, complaints, close } = await visit(browser, site.url, `train?${QUERY}&threads=2`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  await page.context().setOffline(true);
  await site.close();
  await page.reload();
  await ready(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await press(page, "Start training", "Finished");
  expect(await shownHash(page)).toBe(expected.hash);
  expect(await page.locator(".result").innerText()).toContain("2 threads");
  expect(complaints).toEqual([]);
  await close();
});

it("trains on one thread below a path without the isolation headers, says so, and comes to the same bits", {
  timeout: 120_000,
}, async () => {
  const expected = await trainInNode(QUERY);
  const site = await serve(SITE, {}, "/some/where/");
  const { page, complaints, close } = await visit(browser, site.url, `train?${QUERY}&threads=2`);
  await page.getByText("Training uses one thread").waitFor();
  await press(page, "Start training", "Finished");
  expect(await page.locator(".result").innerText()).toContain("1 thread (");
  expect(await shownHash(page)).toBe(expected.hash);
  expect(complaints).toEqual([]);
  await close();
  await site.close();
});
