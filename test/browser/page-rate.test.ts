import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { SITE } from "./built-page.js";
import { press, ready } from "./page.js";

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

/** An event of the worker's, with the time of its clock. */
interface Told {
  readonly at: number;
  readonly kind: string;
  readonly status?: string;
  readonly update?: { readonly samplesPerSecond: number; readonly secondsLeft: number };
}

/** A second of training without the first batch. */
const FIRST_SECOND = 11_000;

/**
 * The worker's clock counts its own looks at it: however fast the machine is, a batch takes a millisecond or two. The first batch
 * of a run takes ten seconds more, the thirty after it ten times as long as the others; and in each pause a minute goes by.
 */
const CLOCK = `{
  let [now, looks] = [0, Infinity];
  performance.now = () => (now += ++looks <= 4 ? 2500 : looks <= 124 ? 2.5 : 0.25);
  const post = postMessage.bind(self);
  postMessage = (message, options) => {
    const { event } = message;
    if (event) event.at = now;
    if (event?.status === "running" && looks === Infinity) looks = 0;
    if (event?.status === "paused") now += 60_000;
    post(message, options);
  };
}
`;

/** Keeps what workers tell. Runs in the page. */
function keepTold(): void {
  const told: unknown[] = [];
  Object.assign(globalThis, {
    told,
    Worker: class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        this.addEventListener("message", ({ data }) => data.event && told.push(data.event));
      }
    },
  });
}

async function open(hash: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.addInitScript(keepTold);
  await context.route(/(training|table)-worker-.*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: CLOCK + (await response.text()) });
  });
  const page = await context.newPage();
  await page.goto(`${site.url}#${hash}`);
  await ready(page);
  return { page, close: () => context.close() };
}

const told = (page: Page) => page.evaluate(() => (globalThis as unknown as { told: Told[] }).told);

/** Each time left that was told once the first second was over, as a share of how long it took until the end. */
async function sharesOfTruth(page: Page): Promise<number[]> {
  const events = await told(page);
  const end = events.findLast(({ status }) => status === "finished")?.at ?? Number.NaN;
  const begin = events.find(({ status }) => status === "running")?.at ?? Number.NaN;
  const pauses = events.filter(({ status }) => status === "paused").map(({ at }) => at);
  return events.flatMap(({ at, update }) => {
    // Near the end a few milliseconds of evaluation would be much.
    if (!update || at - begin < FIRST_SECOND || end - at < 1000) return [];
    const left = (end - at) / 1000 - 60 * pauses.filter((pause) => pause >= at).length;
    return [update.secondsLeft / left];
  });
}

/** Shown for a moment of training: the whole run's time left, and the rate. */
async function expectShown(page: Page): Promise<void> {
  await expect.poll(() => page.getByTestId("time-left").innerText()).toMatch(/^\d+ s$/);
  expect(await page.getByTestId("rate").innerText()).toMatch(/^[\d.,]+ k$/);
  await page.getByText("of the whole run").waitFor();
}

describe("time left and rate are right from the first second", { timeout: 120_000 }, () => {
  it("of digits, after a slow first batch, a pause, steps, a stop and a resume", async () => {
    const { page, close } = await open("train?layers=8&batch=100&epochs=40&threads=1");
    await press(page, "Start training", "Training");
    await expectShown(page);
    await press(page, "Pause", "Paused");
    expect(await page.getByTestId("time-left").innerText()).toBe("–");
    for (let step = 0; step < 3; ++step) {
      const paused = (await told(page)).filter(({ status }) => status === "paused").length;
      await page.getByRole("button", { name: "Step", exact: true }).click();
      await expect
        .poll(async () => (await told(page)).filter(({ status }) => status === "paused").length)
        .toBe(paused + 1);
    }
    await press(page, "Continue", "Training");
    await expectShown(page);
    await press(page, "Stop", "Stopped");
    await press(page, "Resume", "Training");
    await page.getByTestId("status").filter({ hasText: "Finished" }).waitFor();
    const shares = await sharesOfTruth(page);
    expect(shares.length).toBeGreaterThan(30);
    // Before the first epoch is evaluated, how long that takes is an estimate.
    expect(Math.min(...shares)).toBeGreaterThan(0.7);
    expect(Math.max(...shares)).toBeLessThan(1.5);
    await close();
  });

  it("after a single first batch are not said, rather than wrong", async () => {
    const { page, close } = await open("train?layers=8&batch=100&epochs=25&threads=1");
    await press(page, "Step", "Paused");
    expect(await page.getByTestId("rate").innerText()).toBe("–");
    const updates = (await told(page)).flatMap(({ update }) => update ?? []);
    expect(updates.length).toBeGreaterThan(0);
    for (const { samplesPerSecond, secondsLeft } of updates)
      expect([samplesPerSecond, secondsLeft]).toEqual([NaN, NaN]);
    await close();
  });

  it("of own data", async () => {
    const { page, close } = await open("data?sample=diabetes&epochs=1500&batch=8");
    await page.getByText("442 rows, 11 columns").waitFor();
    await page.getByLabel("Speed").selectOption("As fast as possible");
    await press(page, "Start training", "Training");
    await expectShown(page);
    await page.getByTestId("status").filter({ hasText: "Finished" }).waitFor();
    const shares = await sharesOfTruth(page);
    expect(shares.length).toBeGreaterThan(30);
    expect(Math.min(...shares)).toBeGreaterThan(0.7);
    expect(Math.max(...shares)).toBeLessThan(1.5);
    await close();
  });

  it("of own data that is limited count what holds it", async () => {
    const { page, close } = await visitHeld();
    const updates = (await told(page)).flatMap(({ update }) => update ?? []);
    const late = updates.slice(8);
    expect(late.length).toBeGreaterThan(5);
    // 280 rows 20 times a second; a timer may be late, but two epochs at most are caught up with.
    for (const { samplesPerSecond } of late) expect(samplesPerSecond).toBeLessThan(1.15 * 280 * 20);
    await close();
  });
});

/** Two moons at 20 epochs per second, by the real clock, to the end. */
async function visitHeld(): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext();
  await context.addInitScript(keepTold);
  const page = await context.newPage();
  await page.goto(`${site.url}#data?sample=moons&epochs=60`);
  await page.getByText("400 rows, 3 columns").waitFor();
  await press(page, "Start training", "Training");
  await page.getByText("samples / s, limited").waitFor();
  await page.getByTestId("status").filter({ hasText: "Finished" }).waitFor();
  return { page, close: () => context.close() };
}
