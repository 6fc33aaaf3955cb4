/** A sample's page in a browser: what its training came to, and what the browser complained of. */

import type { Browser } from "playwright-core";
import type { Outcome } from "./outcome.js";

export interface PageOutcome {
  readonly outcome: Outcome;
  /** Errors and warnings of the console, failed requests, exceptions that nobody caught. */
  readonly complaints: readonly string[];
}

/** Opens `url` with `options` after the #, and waits for the outcome. @throws Error with all complaints when there is none */
export async function trainAt(browser: Browser, url: string, options: object): Promise<PageOutcome> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  try {
    await page.goto(`${url}#${encodeURIComponent(JSON.stringify(options))}`);
    const found = await page
      .waitForFunction(() => (globalThis as { outcome?: Outcome }).outcome, undefined, { timeout: 20_000 })
      .catch((error: unknown) => {
        throw new Error(`no result; the page said: ${complaints.join("\n")}`, { cause: error });
      });
    return { outcome: (await found.jsonValue()) as Outcome, complaints };
  } finally {
    await page.close();
  }
}
