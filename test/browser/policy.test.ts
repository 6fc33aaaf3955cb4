import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, serve } from "../../bench/serve-site.js";
import { buildVite, buildWebpack } from "./bundlers.js";
import { type Outcome, trainInNode } from "./outcome.js";
import { trainAt } from "./page-outcome.js";
import { makeProject } from "./project.js";

/** The strictest policy that docs/bundlers.md gives, its sources by directive; the samples' icon is their own. */
const STRICT = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "connect-src": "'self'",
  "worker-src": "'self'",
  "img-src": "data:",
};

/** The library's own worker, a file of the page's origin. */
const WORKER_FILE = "./node_modules/simdgrad/build/wasm/worker.js";

let browser: Browser;
let expected: { readonly one: Outcome; readonly two: Outcome };
beforeAll(async () => {
  browser = await launchChromium();
  expected = { one: await trainInNode("relaxed", 1), two: await trainInNode("relaxed", 2) };
});
afterAll(() => browser?.close());

/** Trains a sample with two threads under a policy, with `build` between the sample and what is served. */
async function trainUnder(
  policy: Readonly<Record<string, string>>,
  sample: string,
  build: (folder: string) => string | Promise<string> = (folder) => folder,
  options: object = {},
) {
  const project = makeProject(sample);
  const header = Object.entries(policy).map(([directive, sources]) => `${directive} ${sources}`);
  const root = await build(project.folder);
  const served = await serve(root, { ...ISOLATION, "Content-Security-Policy": header.join("; ") });
  try {
    return await trainAt(browser, served.url, { variant: "relaxed", threads: 2, ...options });
  } finally {
    await served.close();
    project.remove();
  }
}

const twoThreads = () => ({ outcome: { ...expected.two, variantReason: expect.any(String) }, complaints: [] });

describe("under a strict content security policy trains with two threads", () => {
  it.each([
    ["Vite's build", "vite", buildVite],
    ["webpack 5", "webpack", buildWebpack],
    ["a worker, Vite's build", "worker", buildVite],
  ] as const)("%s", async (_, sample, build) => {
    expect(await trainUnder(STRICT, sample, build)).toEqual(twoThreads());
  });

  it("a bare page, with its import map's hash in the policy", async () => {
    const html = readFileSync(new URL("samples/policy/index.html", import.meta.url), "utf8");
    const [, map = ""] = /<script type="importmap">(.*?)<\/script>/s.exec(html) ?? [];
    const hash = createHash("sha256").update(map).digest("base64");
    const policy = { ...STRICT, "script-src": `${STRICT["script-src"]} 'sha256-${hash}'` };
    expect(await trainUnder(policy, "policy")).toEqual(twoThreads());
  });

  it("simdgrad/inline, whose worker comes from a file", async () => {
    const policy = { ...STRICT, "connect-src": "'none'" };
    const options = { workerFile: WORKER_FILE };
    expect(await trainUnder(policy, "policy-inline", undefined, options)).toEqual(twoThreads());
  });

  it("simdgrad/inline, with blob: as a source of workers", async () => {
    const policy = { ...STRICT, "connect-src": "'none'", "worker-src": "blob:" };
    expect(await trainUnder(policy, "policy-inline")).toEqual(twoThreads());
  });
});

describe("a stricter one is found out by", () => {
  it("one thread and its reason, where simdgrad/inline may not start its worker", async () => {
    const { outcome } = await trainUnder(STRICT, "policy-inline");
    const { losses, weights } = expected.one;
    expect(outcome).toMatchObject({ losses, weights, threads: 1 });
    expect(outcome.threadsReason).toMatch(/^workers could not be started: .*content security policy/i);
  });

  it("an error that says so, without 'wasm-unsafe-eval'", async () => {
    const { outcome } = await trainUnder({ ...STRICT, "script-src": "'self'" }, "vite", buildVite);
    expect(outcome.error).toMatch(/Content Security Policy/);
  });

  it("an error that names the binary, where it may not be fetched", async () => {
    const { outcome } = await trainUnder({ ...STRICT, "connect-src": "'none'" }, "vite", buildVite);
    expect(outcome.error).toMatch(/^LoadError: cannot load http.*\.wasm: /);
  });
});
