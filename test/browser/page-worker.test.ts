import type { Browser, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { openTab, press, shownHash, trainInNode, visit } from "./page.js";

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

/** Where the run is, by its progress bar: epoch and batch. */
async function placeOf(page: Page): Promise<string[] | undefined> {
  const text = await page.getByRole("progressbar", { name: "Training" }).getAttribute("aria-valuetext");
  return /epoch (\d+) of \d+, batch (\d+) of/.exec(text ?? "")?.slice(1);
}

/** What can happen to a worker, and what the page says of it. */
const DEATHS = [
  ["an error in its script", "error", "out of order"],
  ["an error in a promise", "promise", "out of order"],
  ["no word at all", "end", "it ended without an error"],
] as const;

type Fault = (typeof DEATHS)[number][1] | "block";

/** Has something happen to a worker that is paused once it has gone on for a batch or two, for which it looks at the clock. */
async function arm(page: Page, fault: Fault, name = "training-worker"): Promise<void> {
  await workerOf(page, name).evaluate((kind) => {
    const faults: Record<string, () => unknown> = {
      error: () => {
        throw new Error("out of order");
      },
      promise: () => Promise.reject(new Error("out of order")),
      end: () => close(),
      // As a batch would that takes very long.
      block: () => {
        for (const begin = Date.now(); Date.now() - begin < 120_000; );
      },
    };
    const now = performance.now.bind(performance);
    let looks = 0;
    performance.now = () => {
      if (++looks === 8) {
        if (kind === "block") faults.block?.();
        else setTimeout(faults[kind] as () => void);
      }
      return now();
    };
  }, fault);
}

/** Runs in the worker. */
function failLater(): void {
  setTimeout(() => {
    throw new Error("out of order");
  });
}

describe.each(DEATHS)("a training worker that dies of %s", { timeout: 120_000 }, (_, fault, reason) => {
  it("is said to have died, and the run goes on to the same bits in another one", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    const link = page.url();
    await press(page, "Step", "Paused");
    await arm(page, fault);
    await page.getByRole("button", { name: "Continue" }).click();
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: reason }).waitFor();
    const said = await alert.innerText();
    expect(said).toMatch(/worker died.*back at epoch \d, batch \d+ of 500.*Resume continues/);
    await page.getByTestId("status").filter({ hasText: "Stopped" }).waitFor();
    await expect.poll(() => placeOf(page)).toEqual(/epoch (\d), batch (\d+)/.exec(said)?.slice(1));
    expect(page.url()).toBe(link);

    // Another worker starts with the next action: here a look into the network.
    const workers = () => page.workers().filter((worker) => worker.url().includes("training-worker")).length;
    await expect.poll(workers, { timeout: 15_000 }).toBe(0);
    await openTab(page, "Explore");
    await page.locator(".confusion").waitFor();
    await openTab(page, "Train");
    expect(await shownHash(page)).toMatch(/^[0-9a-f]{64}$/);
    await press(page, "Resume", "Finished");
    expect(await alert.count()).toBe(0);
    expect(await shownHash(page)).toBe(expected);
    await close();
  });
});

it("a worker that cannot be started is said, and another try starts one", async () => {
  const { page, close } = await open404(browser, site.url);
  await page.getByRole("alert").filter({ hasText: "MNIST could not be loaded: the worker died" }).waitFor();
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

/** Trains on the table that is open, as fast as it goes. @returns the hash of the weights */
async function trainTable(page: Page): Promise<string> {
  await page.getByText("400 rows, 3 columns").waitFor();
  await page.getByLabel("Speed").selectOption("As fast as possible");
  await press(page, "Start training", "Finished");
  await page.getByTestId("test-score").waitFor();
  return shownHash(page);
}

/** Starts the same anew, so slowly that there is time for a pause, and goes on to the fault. */
async function startSlowly(page: Page, fault: Fault): Promise<void> {
  await page.getByLabel("Speed").selectOption("5 epochs per second");
  await press(page, "Start over", "Training");
  await press(page, "Pause", "Paused");
  await arm(page, fault, "table-worker");
  await page.getByRole("button", { name: "Continue" }).click();
}

describe("a training worker that dies", { timeout: 120_000 }, () => {
  it("before anything could be kept leaves the settings, and another run starts", async () => {
    // Its first epoch takes seconds.
    const { page, close } = await visit(browser, site.url, "train?layers=1024,1024&rate=0.02&epochs=3&threads=2");
    await press(page, "Start training", "Training");
    await workerOf(page).evaluate(failLater);
    await page.getByRole("alert").filter({ hasText: "It had just begun, so there is no checkpoint" }).waitFor();
    await page.getByTestId("status").filter({ hasText: "Failed" }).waitFor();
    expect(await page.getByRole("button", { name: "Resume" }).isDisabled()).toBe(true);
    expect(await page.getByLabel("Learning rate").inputValue()).toBe("0.02");
    await press(page, "Start over", "Training");
    expect(await page.getByRole("alert").count()).toBe(0);
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
    await page.getByRole("alert").filter({ hasText: "worker died: out of memory" }).waitFor();
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("of own data: the table is open in the next one, and the run goes on in it", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=60&seed=3");
    const whole = await trainTable(page);
    await startSlowly(page, "error");
    await page.getByRole("alert").filter({ hasText: "worker died" }).waitFor();
    await page.getByLabel("Speed").selectOption("As fast as possible");
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
      .filter({ hasText: "The benchmark's worker died: Uncaught Error: out of order" })
      .waitFor();
    await page.getByRole("button", { name: "Measure again" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await close();
  });
});

describe("stop", { timeout: 120_000 }, () => {
  it("does not wait for what is under way, and the run goes on from where it was kept, to the same bits", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await press(page, "Step", "Paused");
    await arm(page, "block");
    await press(page, "Continue", "Training");
    await press(page, "Stop", "Stopped");
    const note = page.getByText(/^Stopped in the middle of a batch.* back at epoch \d, batch \d+ of 500; Resume/);
    const said = await note.innerText();
    await expect.poll(() => placeOf(page)).toEqual(/epoch (\d), batch (\d+)/.exec(said)?.slice(1));
    // The next worker begins by itself.
    expect(await shownHash(page)).toMatch(/^[0-9a-f]{64}$/);
    expect(await page.getByRole("alert").count()).toBe(0);
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("ends a first batch of all rows that would take minutes, and another run starts", async () => {
    const { page, close } = await visit(browser, site.url, "train?layers=4096,4096,4096&batch=8192&epochs=1&threads=2");
    await press(page, "Start training", "Training");
    await press(page, "Stop", "Ready");
    await page.getByText("There was no checkpoint yet.").waitFor();
    await page.getByLabel("Units of hidden layer 1").fill("16");
    for (const layer of [3, 2]) await page.getByRole("button", { name: `Remove hidden layer ${layer}` }).click();
    await page.getByLabel("Batch size").fill("100");
    await press(page, "Start training", "Finished");
    await close();
  });

  it("ends what begins, too", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`);
    await workerOf(page).evaluate(() => {
      setTimeout(() => {
        for (const begin = Date.now(); Date.now() - begin < 120_000; );
      });
    });
    await press(page, "Start training", "Starting");
    await press(page, "Stop", "Ready");
    await page.getByText("Stopped before the first batch.").waitFor();
    await press(page, "Start training", "Finished");
    expect(await shownHash(page)).toBe(expected);
    await close();
  });

  it("of own data does not wait either", async () => {
    const { page, close } = await visit(browser, site.url, "data?sample=moons&epochs=60");
    const whole = await trainTable(page);
    await startSlowly(page, "block");
    await press(page, "Stop", "Stopped");
    await page.getByText(/^Stopped in the middle of a batch/).waitFor();
    await page.getByTestId("test-score").waitFor();
    await page.getByLabel("Speed").selectOption("As fast as possible");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe(whole);
    await close();
  });
});
