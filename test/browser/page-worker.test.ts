import type { Browser, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SITE } from "./built-page.js";
import { launchChromium } from "./chromium.js";
import { batchOf, openTab, press, shownHash, trainInNode, visit } from "./page.js";
import { ISOLATION, type Served, serve } from "./serve.js";

/** With all that has a state: momenta, a generator that dropout draws from. */
const QUERY = "layers=32,16&activation=gelu&optimizer=adam&rate=0.002&dropout=0.2&epochs=4&seed=7&batch=100&threads=2";

let browser: Browser;
let site: Served;
let expected: string;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
  expected = (await trainInNode(QUERY)).hash;
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

const workerOf = (page: Page, name = "training-worker") =>
  page.workers().find((worker) => worker.url().includes(name)) as Worker;

/** The ways in which a worker dies, and what the page says of it. */
const DEATHS: readonly (readonly [string, string, (worker: Worker) => Promise<void>])[] = [
  ["an error in its script", "out of order", (worker) => worker.evaluate(failLater)],
  ["an error in a promise", "out of order", (worker) => worker.evaluate(rejectLater)],
  ["no word at all", "it has ended without saying why", (worker) => worker.evaluate(() => close())],
];

/** Runs in the worker. */
function failLater(): void {
  setTimeout(() => {
    throw new Error("out of order");
  });
}

/** Runs in the worker. */
function rejectLater(): void {
  setTimeout(() => Promise.reject(new Error("out of order")));
}

describe.each(DEATHS)("a training worker that dies of %s", { timeout: 120_000 }, (_, reason, kill) => {
  it("is said to have died, and the run goes on to the same bits in another one", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    const link = page.url();
    await press(page, "Step", "Paused");
    const [hash, batch] = [await shownHash(page), await batchOf(page)];
    await press(page, "Continue", "Training");
    await kill(workerOf(page));
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: reason }).waitFor();
    expect(await alert.innerText()).toMatch(/worker has died.*back at epoch \d+, batch \d+ of 500.*Resume goes on/);
    await page.getByTestId("status").filter({ hasText: "Stopped" }).waitFor();
    await expect.poll(() => batchOf(page)).toBe(batch);
    expect(page.url()).toBe(link);

    // Another worker starts with the next action: here a look into the network.
    const workers = () => page.workers().filter((worker) => worker.url().includes("training-worker")).length;
    await expect.poll(workers, { timeout: 15_000 }).toBe(0);
    await openTab(page, "Explore");
    await page.locator(".confusion").waitFor();
    await openTab(page, "Train");
    expect(await shownHash(page)).toBe(hash);
    await press(page, "Resume", "Finished");
    expect(await alert.count()).toBe(0);
    expect(await shownHash(page)).toBe(expected);
    await close();
  });
});

it("a worker that cannot be started is said, and another try starts one", async () => {
  const { page, close } = await open404(browser, site.url);
  await page.getByRole("alert").filter({ hasText: "MNIST could not be loaded: the worker has died" }).waitFor();
  expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await page.context().unroute("**/*training-worker*");
  await page.getByRole("button", { name: "Try again" }).click();
  await press(page, "Start training", "Training");
  await close();
});

async function open404(browser: Browser, url: string) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.route("**/*training-worker*", (route) => route.fulfill({ status: 404 }));
  const page = await context.newPage();
  await page.goto(`${url}#train?${QUERY}`);
  return { page, close: () => context.close() };
}

/** Runs in the worker: the next look at the clock, which a run takes after each batch, fails. */
function failOnce(): void {
  const now = performance.now.bind(performance);
  performance.now = () => {
    performance.now = now;
    throw new RangeError("out of memory");
  };
}

describe("a training worker that dies", { timeout: 120_000 }, () => {
  it("before anything could be kept leaves the settings, and another run starts", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await press(page, "Start training", "Training");
    await workerOf(page).evaluate(failLater);
    await page.getByRole("alert").filter({ hasText: "nothing of it could be kept" }).waitFor();
    await page.getByTestId("status").filter({ hasText: "Failed" }).waitFor();
    expect(await page.getByRole("button", { name: "Resume" }).isDisabled()).toBe(true);
    expect(await page.getByLabel("Learning rate").inputValue()).toBe("0.002");
    await press(page, "Start over", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("after the run leaves its result, and the network is in the next one", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await press(page, "Start training", "Finished");
    await workerOf(page).evaluate(failLater);
    await page.getByRole("alert").filter({ hasText: "out of order" }).waitFor();
    expect(await page.getByTestId("status").innerText()).toBe("Finished");
    expect(await shownHash(page)).toBe(expected);
    await page.getByLabel("Epochs", { exact: true }).fill("6");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(`${QUERY}&epochs=6`)).hash);
    await close();
  });

  it("as a run does that has failed of something else than its numbers", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await press(page, "Step", "Paused");
    await workerOf(page).evaluate(failOnce);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").filter({ hasText: "worker has died: out of memory" }).waitFor();
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("of own data: the table is open in the next one, and the run goes on in it", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=60&seed=3");
    await page.getByText("400 rows, 3 columns").waitFor();
    await press(page, "Start training", "Finished");
    await page.getByTestId("test-score").waitFor();
    const whole = await shownHash(page);
    await press(page, "Start over", "Training");
    await press(page, "Pause", "Paused");
    await press(page, "Continue", "Training");
    await workerOf(page, "table-worker").evaluate(failLater);
    await page.getByRole("alert").filter({ hasText: "worker has died" }).waitFor();
    await press(page, "Resume", "Finished");
    await page.getByTestId("test-score").waitFor();
    expect(await shownHash(page)).toBe(whole);
    await page.getByLabel("Column to predict").selectOption("north");
    await page.getByText("A number for each row").waitFor();
    await close();
  });

  it("of the benchmark ends it with a word", async () => {
    const { page, close } = await visit(browser, site.url, "benchmark");
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.locator(".benchmark tbody tr").first().waitFor();
    await workerOf(page, "benchmark-worker").evaluate(failLater);
    await page
      .getByRole("alert")
      .filter({ hasText: "The benchmark's worker has died: Uncaught Error: out of order" })
      .waitFor();
    await page.getByRole("button", { name: "Measure again" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await close();
  });
});

/** Runs in the worker: as a batch would that takes very long. */
function blockLater(): void {
  setTimeout(() => {
    for (const begin = Date.now(); Date.now() - begin < 120_000; );
  });
}

describe("stop", { timeout: 120_000 }, () => {
  it("does not wait for what is under way, and the run goes on from where it was kept, to the same bits", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await press(page, "Step", "Paused");
    const [hash, batch] = [await shownHash(page), await batchOf(page)];
    await press(page, "Continue", "Training");
    await workerOf(page).evaluate(blockLater);
    await press(page, "Stop", "Stopped");
    await page.getByText(/^Stopped in the middle of a batch.* back at epoch \d+, batch \d+ of 500; Resume/).waitFor();
    await expect.poll(() => batchOf(page)).toBe(batch);
    // The next worker begins by itself.
    expect(await shownHash(page)).toBe(hash);
    expect(await page.getByRole("alert").count()).toBe(0);
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("ends a first batch of all rows that would take minutes, and another run starts", async () => {
    const { page, close } = await visit(browser, site.url, "train?layers=4096,4096,4096&batch=8192&epochs=1&threads=2");
    await press(page, "Start training", "Training");
    await press(page, "Stop", "Ready");
    await page.getByText("It was the run’s first: nothing is left of it.").waitFor();
    await page.getByLabel("Units of hidden layer 1").fill("16");
    for (const layer of [3, 2]) await page.getByRole("button", { name: `Remove hidden layer ${layer}` }).click();
    await page.getByLabel("Batch size").fill("100");
    await press(page, "Start training", "Finished");
    await close();
  });

  it("ends what begins, too", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await workerOf(page).evaluate(blockLater);
    await press(page, "Start training", "Starting");
    await press(page, "Stop", "Ready");
    await page.getByText("Stopped before the first batch.").waitFor();
    await press(page, "Start training", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("of own data does not wait either", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=2000");
    await page.getByText("400 rows, 3 columns").waitFor();
    await press(page, "Step", "Paused");
    const hash = await shownHash(page);
    await press(page, "Continue", "Training");
    await workerOf(page, "table-worker").evaluate(blockLater);
    await press(page, "Stop", "Stopped");
    await page.getByText(/^Stopped in the middle of a batch/).waitFor();
    await page.getByTestId("test-score").waitFor();
    expect(await shownHash(page)).toBe(hash);
    await close();
  });
});
