import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { buildEsbuild, buildVite, buildWebpack, serveVite } from "./bundlers.js";
import { type Outcome, trainInNode } from "./outcome.js";
import { trainAt } from "./page-outcome.js";
import { makeProject, type Project } from "./project.js";

type Headers = Readonly<Record<string, string>>;

/** A set-up: builds the project in the folder, and returns how it is served. */
type SetUp = (folder: string) => Promise<(headers: Headers) => Promise<Served>>;

const built =
  (build: (folder: string) => Promise<string>): SetUp =>
  async (folder) => {
    const site = await build(folder);
    return (headers) => serve(site, headers);
  };
const developed =
  (...exclude: string[]): SetUp =>
  async (folder) =>
  (headers) =>
    serveVite(folder, headers, exclude);
const bare = built(async (folder) => folder);

/** What it is, the sample, and how it comes to the browser. */
const SET_UPS: readonly (readonly [string, string, SetUp])[] = [
  ["Vite's development server", "vite", developed("simdgrad")],
  ["Vite's development server, inline and bundled beforehand", "vite-inline", developed()],
  ["Vite's development server, bundled beforehand", "vite", developed()],
  ["Vite's build", "vite", built(buildVite)],
  ["webpack 5", "webpack", built(buildWebpack)],
  ["esbuild, inline, a classic script", "esbuild", built(buildEsbuild)],
  ["a bare page with an import map", "bare", bare],
  ["a bare page, inline, one file", "bare-inline", bare],
  ["a worker, Vite's development server", "worker", developed("simdgrad")],
  ["a worker, Vite's build", "worker", built(buildVite)],
  ["a worker, webpack 5", "worker", built(buildWebpack)],
  ["a worker made of a Blob, esbuild, inline", "blob-worker", built(buildEsbuild)],
];

let browser: Browser;
const expected = new Map<string, Outcome>();
const keyOf = (variant: string, threads: number) => `${variant}, ${threads} threads`;

beforeAll(async () => {
  browser = await launchChromium();
  for (const variant of ["simd", "relaxed"] as const) {
    for (const threads of [1, 2]) expected.set(keyOf(variant, threads), await trainInNode(variant, threads));
  }
});
afterAll(() => browser?.close());

it("trains in Node, to the same bits with one thread and two", () => {
  for (const variant of ["simd", "relaxed"]) {
    const [one, two] = [1, 2].map((threads) => expected.get(keyOf(variant, threads)) as Outcome);
    expect(one).toMatchObject({ variant, threads: 1 });
    expect(two).toMatchObject({ variant, threads: 2, losses: one?.losses, weights: one?.weights });
    expect(one?.losses.at(-1)).toBeLessThan(0.9 * (one?.losses[0] as number));
  }
});

describe.each(SET_UPS)("%s", (_, sample, setUp) => {
  let project: Project;
  let start: Awaited<ReturnType<SetUp>>;
  beforeAll(async () => {
    project = makeProject(sample);
    start = await setUp(project.folder);
  });
  afterAll(() => project?.remove());

  it.each([
    ["simd", true],
    ["relaxed", true],
    ["relaxed", false],
  ] as const)("trains to Node's bits with %s, cross-origin isolated: %s", async (variant, isolated) => {
    const served = await start(isolated ? ISOLATION : {});
    try {
      const { outcome, complaints } = await trainAt(browser, served.url, { variant, threads: 2 });
      const { losses, weights } = expected.get(keyOf(variant, isolated ? 2 : 1)) as Outcome;
      const threadsReason = isolated ? "requested" : expect.stringContaining("the page is not cross-origin isolated");
      expect(outcome).toMatchObject({ losses, weights, variant, threads: isolated ? 2 : 1, threadsReason });
      expect(complaints).toEqual([]);
    } finally {
      await served.close();
    }
  });
});
