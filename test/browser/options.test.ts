import { cpSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import type { Variant } from "../../src/index.js";
import { buildEsbuild } from "./bundlers.js";
import { type Outcome, trainInNode } from "./outcome.js";
import { trainAt } from "./page-outcome.js";
import { makeProject, type Project } from "./project.js";

const BINARIES = ["simd", "relaxed", "simd-shared", "relaxed-shared"].map((name) => `${name}.wasm`);

const ADVICE = "import simdgrad/inline instead, or give wasmUrl";

let browser: Browser;
const expected = new Map<Variant, Outcome>();
let project: Project;
let served: Served;
beforeAll(async () => {
  browser = await launchChromium();
  expected.set("simd", await trainInNode("simd", 1));
  expected.set("relaxed", await trainInNode("relaxed", 2));
  project = makeProject("options");
  const build = join(project.folder, "node_modules", "simdgrad", "build");
  const assets = join(project.folder, "assets");
  mkdirSync(assets);
  for (const name of BINARIES) cpSync(join(build, name), join(assets, name));
  // Nothing but what createWorker starts is left to start.
  renameSync(join(build, "wasm", "worker.js"), join(assets, "worker.js"));
  served = await serve(project.folder, ISOLATION);
});
afterAll(async () => {
  await served?.close();
  project?.remove();
  await browser?.close();
});

describe("a bare page trains to Node's bits with", () => {
  const cases = [
    ["simd", 1],
    ["relaxed", 2],
  ] as const;

  it.each(cases)("createWorker alone, %s, %i threads", (variant, threads) =>
    expectNodesBits("createWorker alone", variant, threads),
  );

  describe("no binary beside the library, and", () => {
    const rename = (from: string, to: string) => {
      const build = join(project.folder, "node_modules", "simdgrad", "build");
      for (const name of BINARIES) renameSync(join(build, name + from), join(build, name + to));
    };
    beforeAll(() => rename("", ".gone"));
    afterAll(() => rename(".gone", ""));

    it.each(
      [
        "wasmUrl, a folder",
        "wasmUrl, a table",
        "wasmBinary, a function",
        "wasmBinary, a table",
        "wasmModule, a function",
        "wasmModule, a table",
      ].map((way, index) => [way, ...(cases[index % 2] as (typeof cases)[number])] as const),
    )("%s, %s, %i threads", expectNodesBits);

    it("without an option: LoadError that names the file beside the library", async () => {
      const { outcome } = await trainAt(browser, served.url, {
        way: "createWorker alone",
        variant: "simd",
        threads: 1,
      });
      const missing = `${served.url}node_modules/simdgrad/build/simd-shared.wasm`;
      expect(outcome).toEqual({ error: `LoadError: cannot load ${missing}: HTTP 404 Not Found; ${ADVICE}` });
    });
  });

  async function expectNodesBits(way: string, variant: Variant, threads: number): Promise<void> {
    const { outcome, complaints } = await trainAt(browser, served.url, { way, variant, threads });
    const { losses, weights } = expected.get(variant) as Outcome;
    expect(outcome).toMatchObject({ losses, weights, variant, threads, threadsReason: "requested" });
    expect(complaints).toEqual([]);
  }
});

it("a bundler that leaves the binaries behind: LoadError that says what to do", async () => {
  const project = makeProject("webpack");
  const served = await serve(await buildEsbuild(project.folder), ISOLATION);
  try {
    const { outcome } = await trainAt(browser, served.url, { variant: "simd", threads: 2 });
    expect(outcome.error).toMatch(/^LoadError: cannot tell where simd-shared\.wasm is: TypeError: .*Invalid/);
    expect(outcome.error).toContain(ADVICE);
  } finally {
    await served.close();
    project.remove();
  }
});

describe("a bare page's createEngine says what is wrong with", () => {
  const NOT_LOADED =
    "WorkerError: worker 1 of the engine failed: " +
    "its script cannot be loaded: missing, of another origin, or refused by a content security policy";

  it.each([
    ["wasmUrl, a missing folder", "LoadError: cannot load ./nowhere/simd-shared.wasm: HTTP 404 Not Found"],
    [
      "wasmUrl, a server that is not there",
      "LoadError: cannot load http://127.0.0.1:1/simd-shared.wasm: Failed to fetch",
    ],
    ["wasmUrl, a page", /^FormatError: \.\/index\.html: expected a WebAssembly binary, got \d+ bytes .* "<!do"$/],
    [
      "wasmBinary, a page",
      /^FormatError: wasmBinary: simd-shared: expected a WebAssembly binary, got \d+ bytes .* "<!do"$/,
    ],
    [
      "wasmBinary, torn",
      /^FormatError: wasmBinary: simd-shared: expected a WebAssembly binary, got 999 bytes: .* @\+\d+/,
    ],
    [
      "createWorker, which throws",
      "WorkerError: createWorker: expected a Worker, but it threw: RangeError: no more of them",
    ],
    ["createWorker, a missing script", NOT_LOADED],
    [
      "createWorker, another origin's script",
      /^WorkerError: createWorker: expected a Worker, but it threw: SecurityError: .*http:\/\/127\.0\.0\.1:1\/worker\.js/,
    ],
    ["createWorker, a page", NOT_LOADED],
    [
      "createWorker, a classic script",
      /^WorkerError: worker 1 of the engine failed: .*SyntaxError: Unexpected token 'export'/,
    ],
    ["createWorker, a script that throws", /^WorkerError: worker 1 of the engine failed: .*Error: broken$/],
    ["createWorker, a script that is silent", "WorkerError: worker 1 of the engine failed: not ready after 10 s"],
  ])("%s", async (way, error) => {
    const { outcome } = await trainAt(browser, served.url, { way, variant: "simd", threads: 2 });
    expect(outcome.error).toMatch(error);
    expect(Object.keys(outcome)).toEqual(["error"]);
  });
});
