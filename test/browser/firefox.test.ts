import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ISOLATION, serve } from "../../bench/serve-site.js";
import { launchFirefox } from "./firefox.js";
import { type Outcome, trainInNode } from "./outcome.js";
import { makeProject, type Project } from "./project.js";

let browser: Browser;
let project: Project;
beforeAll(async () => {
  browser = await launchFirefox();
  project = makeProject("bare");
});
afterAll(async () => {
  await browser?.close();
  project?.remove();
});

it.each([
  ["simd", true],
  ["relaxed", true],
  ["simd", false],
] as const)("Firefox trains to Node's bits with %s, cross-origin isolated: %s", async (variant, isolated) => {
  const served = await serve(project.folder, isolated ? ISOLATION : {});
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  try {
    const threads = isolated ? 2 : 1;
    await page.goto(`${served.url}#${encodeURIComponent(JSON.stringify({ variant, threads: 2 }))}`);
    const found = await page.waitForFunction(() => (globalThis as { outcome?: Outcome }).outcome, { timeout: 20_000 });
    const { losses, weights } = await trainInNode(variant, threads);
    const threadsReason = isolated ? "requested" : expect.stringContaining("the page is not cross-origin isolated");
    expect(await found.jsonValue()).toMatchObject({ losses, weights, variant, threads, threadsReason });
    expect(complaints).toEqual([]);
  } finally {
    await page.close();
    await served.close();
  }
});
