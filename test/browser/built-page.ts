/** The page, built once for all tests. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Where it is built to. */
export const SITE = fileURLToPath(new URL("../../build/web", import.meta.url));

/** Builds it in a process of its own: in this one Vite would take it for a test's. */
export default function setup(): void {
  const env = { ...process.env, NODE_ENV: "production" };
  execFileSync("npm", ["run", "--silent", "build:web", "--", "--logLevel", "warn"], { env, stdio: "inherit" });
}
