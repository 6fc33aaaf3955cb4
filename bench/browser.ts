/** `browser`: compares a training step in Chromium, measured by the page's benchmark tab, with the same code in Node, in alternating rounds. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { Context } from "../src/app/benchmark/context.js";
import { summarize } from "../src/app/benchmark/measure.js";
import { benchPage } from "../src/app/benchmark/page.js";
import type { TrainResult } from "../src/app/benchmark/train.js";
import { launchChromium } from "./chromium.js";
import { ISOLATION, serve } from "./serve-site.js";

const SITE = fileURLToPath(new URL("../build/web", import.meta.url));

/** One line of the benchmark: medians over the rounds. */
export interface BrowserResult {
  readonly bench: "browser";
  readonly browser: string;
  readonly path: string;
  readonly threads: number;
  readonly browserSamplesPerSecond: number;
  readonly nodeSamplesPerSecond: number;
  /** Median of the rounds' browser / Node. */
  readonly ratio: number;
  /** Interquartile range of those ratios over their median. */
  readonly spread: number;
}

type Line = Pick<TrainResult, "path" | "threads" | "samplesPerSecond">;

/** Options for `benchBrowser`. */
export interface BrowserOptions {
  /** Rounds; default 5. */
  readonly rounds?: number;
}

/** Yields a line per path and number of threads. @throws Error if Chromium is not installed */
export async function* benchBrowser(
  context: Context,
  { rounds = 5 }: BrowserOptions = {},
): AsyncGenerator<BrowserResult> {
  execFileSync("npm", ["run", "--silent", "build:web", "--", "--logLevel", "warn"], { stdio: "inherit" });
  const [chromium, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
  try {
    const page = await chromium.newPage();
    await page.goto(`${site.url}#benchmark`);
    await page.getByLabel("Matrix products").uncheck();
    await page.getByLabel("Other kernels").uncheck();
    const turns: { readonly inBrowser: Line[]; readonly inNode: Line[] }[] = [];
    for (let round = 0; round < rounds; ++round) {
      turns.push({ inBrowser: await measureInPage(page), inNode: await measureInNode(context) });
    }
    for (const [row, { path, threads }] of (turns[0]?.inBrowser ?? []).entries()) {
      const rates = (side: "inBrowser" | "inNode") => turns.map((turn) => turn[side][row]?.samplesPerSecond as number);
      const inNode = rates("inNode");
      const { median, spread } = summarize(rates("inBrowser").map((rate, i) => rate / (inNode[i] as number)));
      yield {
        bench: "browser",
        browser: `Chromium ${chromium.version()}`,
        path,
        threads,
        browserSamplesPerSecond: summarize(rates("inBrowser")).median,
        nodeSamplesPerSecond: summarize(inNode).median,
        ratio: median,
        spread,
      };
    }
  } finally {
    await Promise.all([chromium.close(), site.close()]);
  }
}

/** Presses the tab's button and reads its table. @throws Error with the page's message if it fails */
async function measureInPage(page: Page): Promise<Line[]> {
  await page.locator(".benchmark .primary").click();
  const ended = page.getByRole("status").filter({ hasText: "Finished" }).or(page.getByRole("alert"));
  await ended.waitFor({ timeout: 120_000 });
  const alerts = await page.getByRole("alert").allInnerTexts();
  if (alerts.length > 0) throw new Error(`the page says: ${alerts.join("; ")}`);
  return page.locator("tr[data-bench=train]").evaluateAll((rows) =>
    rows.map((row) => {
      const { path, threads, samplesPerSecond } = (row as HTMLElement).dataset;
      return { path: path as "dense" | "sparse", threads: Number(threads), samplesPerSecond: Number(samplesPerSecond) };
    }),
  );
}

async function measureInNode(context: Context): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of benchPage(context, { parts: ["train"] })) if (line.bench === "train") lines.push(line);
  return lines;
}
