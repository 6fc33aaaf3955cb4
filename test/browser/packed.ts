/** The package as npm would publish it, packed once for all tests. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findChromium } from "../../bench/chromium.js";
import { findFirefox } from "./firefox.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the tarball. */
    readonly tarball: string;
  }
}

/** Looks for the browsers, and packs what the last build made. @throws Error when a browser is missing */
export default function setup(project: TestProject): () => void {
  findChromium();
  findFirefox();
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-packed-"));
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
  project.provide("tarball", join(folder, `${name}-${version}.tgz`));
  return () => rmSync(folder, { recursive: true });
}
