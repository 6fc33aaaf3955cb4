/** Debian's Firefox ESR, through WebDriver BiDi, which it speaks itself. */

import { existsSync } from "node:fs";
import { type Browser, launch } from "puppeteer-core";

const PLACES = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** The installed browser. @throws Error that says how to install one */
export function findFirefox(): string {
  const path = PLACES.find((place) => existsSync(place));
  if (path) return path;
  throw new Error(
    `no browser: expected Firefox at one of ${PLACES.join(", ")}; on Debian: apt-get update && apt-get install firefox-esr`,
  );
}

/** Starts it. */
export function launchFirefox(): Promise<Browser> {
  return launch({ browser: "firefox", protocol: "webDriverBiDi", executablePath: findFirefox(), headless: true });
}
