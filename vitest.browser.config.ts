import { defineConfig } from "vitest/config";
import unit from "./vitest.config.js";

/** The packed package and the page in real browsers, one file after the other: each has the machine's cores to itself. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/packed.ts", "test/browser/built-page.ts"],
    execArgv: unit.test?.execArgv ?? [],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
