import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { watchThread } from "./long-tasks.js";
import { batchOf, download, openTab, press, shownHash, trainInNode, visit } from "./page.js";

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** Short, and with all that has a state: momenta, a generator that dropout draws from. */
const SHORT = "layers=32,16&activation=gelu&optimizer=adam&rate=0.002&dropout=0.2&epochs=3&seed=7&batch=100&threads=2";

describe("training through the page", { timeout: 120_000 }, () => {
  it("two epochs of MNIST: validation accuracy of 94.5 %, Node's bits, nothing in the console", async () => {
    const { page, complaints, close } = await visit(browser, site.url, "train?epochs=2&threads=2&arithmetic=relaxed");
    await press(page, "Start training", "Finished");
    const hash = await shownHash(page);
    const accuracy = Number.parseFloat(await page.getByTestId("accuracy").innerText()) / 100;
    const expected = await trainInNode("epochs=2&threads=2&arithmetic=relaxed");
    expect(accuracy).toBeGreaterThanOrEqual(0.945);
    expect(accuracy).toBeCloseTo(expected.accuracy, 4);
    expect(hash).toBe(expected.hash);
    expect(await page.locator(".result").innerText()).toContain("2 threads");
    expect(complaints).toEqual([]);
    await close();
  });

  it("looks into the network while it learns, and changes no bit by it", async () => {
    const expected = await trainInNode(`${SHORT}&epochs=6`);
    const { page, complaints, close } = await visit(browser, site.url, `train?${SHORT}&epochs=6`);
    await press(page, "Start training", "Training");
    await openTab(page, "Explore");
    await page.locator(".confusion").waitFor();
    await page.locator(".confusion button[aria-haspopup]").first().click();
    // Since they were counted the network may have learnt to read them.
    await page
      .getByRole("dialog")
      .getByText(/test images?, with|None are left/)
      .waitFor();
    await page.keyboard.press("Escape");
    await openTab(page, "Train");
    await page.getByTestId("status").filter({ hasText: "Finished" }).waitFor();
    expect(await shownHash(page)).toBe(expected.hash);
    expect(complaints).toEqual([]);
    await close();
  });

  it("pauses, steps, stops and resumes, to the same bits; its link does the same again", async () => {
    const expected = await trainInNode(SHORT);
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page, complaints, close } = await visit(browser, site.url, `train?${SHORT}`, { permissions });
    await press(page, "Start training", "Training");
    await press(page, "Pause", "Paused");
    const before = await shownHash(page);
    const batch = await batchOf(page);
    for (let i = 1; i <= 3; ++i) {
      await page.getByRole("button", { name: "Step", exact: true }).click();
      await expect.poll(() => batchOf(page)).toBe(batch + i);
    }
    await expect.poll(() => shownHash(page)).not.toBe(before);
    await press(page, "Continue", "Training");
    await press(page, "Stop", "Stopped");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected.hash);

    await page.getByRole("button", { name: "Copy a link to this run" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const again = await visit(browser, site.url, link.split("#")[1] as string);
    await press(again.page, "Start training", "Finished");
    expect(await shownHash(again.page)).toBe(expected.hash);
    expect([...complaints, ...again.complaints]).toEqual([]);
    await Promise.all([close(), again.close()]);
  });

  it("goes on from a downloaded checkpoint in another visit, and reads a downloaded model", async () => {
    const expected = await trainInNode(SHORT);
    const first = await visit(browser, site.url, `train?${SHORT}`);
    await press(first.page, "Start training", "Training");
    await expect.poll(() => batchOf(first.page), { interval: 10 }).toBeGreaterThan(20);
    await press(first.page, "Stop", "Stopped");
    const stopped = await shownHash(first.page);
    const checkpoint = await download(first.page, "Download a checkpoint");
    const model = await download(first.page, "Download the model");
    await first.close();

    // Settings that differ: the file's must be taken.
    const { page, complaints, close } = await visit(browser, site.url, "explore?layers=5&seed=1&epochs=1");
    await page.getByLabel("Model or checkpoint").setInputFiles(model);
    await page.getByText("model.safetensors: 784 → 32 → 16 → 10").waitFor();
    await page.locator(".confusion").waitFor();
    await page.getByLabel("Model or checkpoint").setInputFiles(checkpoint);
    await page.getByText("checkpoint.safetensors: 784 → 32 → 16 → 10").waitFor();
    expect(new URL(page.url()).hash).toContain("layers=32,16&activation=gelu");
    await openTab(page, "Train");
    expect(await shownHash(page)).toBe(stopped);
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected.hash);

    await openTab(page, "Explore");
    const broken = {
      name: "broken.safetensors",
      mimeType: "application/octet-stream",
      buffer: Buffer.from("no model"),
    };
    await page.getByLabel("Model or checkpoint").setInputFiles(broken);
    await page.getByRole("alert").filter({ hasText: "broken.safetensors" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("the main thread during training", { timeout: 120_000 }, () => {
  it("has no task over 50 ms of its own, and is idle for more than a half of the time", async () => {
    const { page, close } = await visit(browser, site.url, "train?epochs=4&threads=2");
    const { longest, tasks, share } = await watchThread(browser, page, async () => {
      await press(page, "Start training", "Training");
      await page.getByTestId("status").filter({ hasText: "Finished" }).waitFor();
    });
    expect(tasks).toBeGreaterThan(20);
    expect(longest).toBeLessThanOrEqual(50);
    expect(share).toBeLessThan(0.5);
    await close();
  });
});
