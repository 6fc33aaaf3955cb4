/** Debian's Chromium, through Playwright. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The installed browser. @throws Error that says how to install one */
export function findChromium(): string {
  const path = PLACES.find((place) => existsSync(place));
  if (path) return path;
  throw new Error(
    `no browser: expected Chromium at one of ${PLACES.join(", ")}; on Debian: apt-get update && apt-get install chromium`,
  );
}

/** Starts Chromium with these extra arguments and without its background requests. */
export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}
