import { defineConfig } from "vitest/config";
import unit from "./vitest.config.js";

const limits = { execArgv: unit.test?.execArgv ?? [], testTimeout: 60_000, hookTimeout: 60_000 };

/**
 * The packed package, two files at a time, as browsers mostly wait there; then the page, one file after the other: each has the
 * machine's cores to itself.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...limits,
          name: "package",
          include: ["test/browser/*.test.ts"],
          exclude: ["test/browser/page-*.test.ts"],
          globalSetup: ["test/browser/packed.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...limits,
          name: "page",
          include: ["test/browser/page-*.test.ts"],
          globalSetup: ["test/browser/built-page.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
