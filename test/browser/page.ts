/** The built page in a browser: opened, steered and watched as its visitors do. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { imageNetwork, MNIST_IMAGES } from "../../src/app/image-set.js";
import { networkFromSettings } from "../../src/app/network-from-settings.js";
import { engineOptions, readSettings } from "../../src/app/settings/page-settings.js";
import { weightsHash } from "../../src/app/weights-hash.js";
import { createEngine, fit } from "../../src/index.js";
import { loadMnist } from "../../src/node/mnist-files.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A tab with the page in it. */
export interface Visit {
  readonly page: Page;
  /** Errors and warnings of the console, and requests that failed. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens the page at a tab and query such as "train?epochs=2", and waits until it is ready. */
export async function visit(
  browser: Browser,
  url: string,
  hash: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${url}#${hash}`);
  await ready(page);
  return { page, complaints, close: () => context.close() };
}

/** Waits until a run can be started, or a table chosen. */
export async function ready(page: Page): Promise<void> {
  await page.locator(".buttons .primary:not([aria-disabled]), .data-choice").first().waitFor();
}

/** Opens a tab of the page. */
export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name }).click();
}

/** Presses the button and waits for the run's state, as the page names it. Only on the tabs "Train" and "Own data". */
export async function press(page: Page, button: string, state: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByTestId("status").filter({ hasText: state }).waitFor();
}

/** Presses the button and keeps the file that it downloads. @returns its path, which ends with the name that the page gave it */
export async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  // Playwright's own name for the file has no ending, which the page shows.
  const target = `${await file.path()}-${file.suggestedFilename()}`;
  await file.saveAs(target);
  return target;
}

/** SHA-256 of the weights that the page shows. */
export async function shownHash(page: Page): Promise<string> {
  return page.getByTestId("hash").innerText();
}

/** Batches of the epoch under way that are done. */
export async function batchOf(page: Page): Promise<number> {
  const text = await page.getByRole("progressbar", { name: "Training" }).getAttribute("aria-valuetext");
  return Number(/batch (\d+) of/.exec(text ?? "")?.[1] ?? 0);
}

/** What the settings of a link come to in this process, with the page's own code. */
export async function trainInNode(query: string): Promise<{ readonly hash: string; readonly accuracy: number }> {
  const { settings, problems } = readSettings(query);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const mnist = await loadMnist({ dtype: "uint8" });
  const engine = await createEngine(engineOptions(settings));
  try {
    const network = networkFromSettings(engine, settings, imageNetwork(MNIST_IMAGES));
    const validation = engine.dataset(mnist.validation);
    const { epochs, batchSize } = settings;
    const history = await fit(network, engine.dataset(mnist.train), { epochs, batchSize, validation }).run();
    const accuracy = history.reports.at(-1)?.valAccuracy ?? Number.NaN;
    return { hash: await weightsHash(network.stateDict()), accuracy };
  } finally {
    engine.dispose();
  }
}

/** Draws lines with the mouse; points in shares of the field's sides. */
export async function drawWithMouse(page: Page, lines: readonly (readonly (readonly [number, number])[])[]) {
  const field = page.locator(".drawing-field");
  await field.scrollIntoViewIfNeeded();
  const box = (await field.boundingBox()) as { x: number; y: number; width: number; height: number };
  const to = ([x, y]: readonly [number, number], steps = 1) =>
    page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps });
  for (const [first, ...others] of lines) {
    if (!first) continue;
    await to(first);
    await page.mouse.down();
    for (const point of others) await to(point, 6);
    await page.mouse.up();
  }
}

/** A seven, as `drawWithMouse` takes it. */
export const SEVEN = [
  [
    [0.28, 0.22],
    [0.72, 0.22],
    [0.46, 0.82],
  ],
] as const;

/** Violations that axe-core calls serious or critical, with the elements that have them. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(path("../../node_modules/axe-core/axe.min.js"), "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
