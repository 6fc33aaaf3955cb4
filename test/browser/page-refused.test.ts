import type { Browser, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { ISOLATION, type Served, serve } from "../../bench/serve-site.js";
import { checkpointMetadata, recordOf } from "../../src/app/checkpoint-file.js";
import { imageNetwork, MNIST_IMAGES } from "../../src/app/image-set.js";
import { networkFromSettings } from "../../src/app/network-from-settings.js";
import { recordEntry } from "../../src/app/run-record.js";
import { engineOptions, readSettings } from "../../src/app/settings/page-settings.js";
import { createEngine, fit, loadCheckpoint, saveCheckpoint, serializeModel } from "../../src/index.js";
import { loadMnist } from "../../src/node/mnist-files.js";
import { SITE } from "./built-page.js";
import { openTab, press, shownHash, trainInNode, visit } from "./page.js";

const QUERY =
  "layers=32,16&activation=tanh&optimizer=momentum&rate=0.05&epochs=3&seed=7&batch=100&threads=1&arithmetic=relaxed";

let browser: Browser;
let site: Served;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serve(SITE, ISOLATION)]);
});
afterAll(() => Promise.all([browser?.close(), site?.close()]));

const permissions = ["clipboard-read", "clipboard-write"];
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const note = (page: Page) => page.getByRole("region", { name: "Changed settings" });

async function copiedLink(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Copy a link to this run" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Gives the page a file to open in the tab Explore. */
async function openFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const buffer = Buffer.from(bytes);
  await page.getByLabel("Model or checkpoint").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
}

/** The state after some batches of a run of the library. */
async function trainSome(query: string, batches: number) {
  const { settings } = readSettings(query);
  const mnist = await loadMnist({ dtype: "uint8" });
  const engine = await createEngine(engineOptions(settings));
  const network = networkFromSettings(engine, settings, imageNetwork(MNIST_IMAGES));
  const stop = new AbortController();
  const onBatchEnd = ({ batch }: { batch: number }) => void (batch === batches && stop.abort());
  const { epochs, batchSize } = settings;
  const callbacks = [{ onBatchEnd }];
  const run = fit(network, engine.dataset(mnist.train), { epochs, batchSize, callbacks, signal: stop.signal });
  await run.run();
  const files = { settings, checkpoint: saveCheckpoint(run), model: serializeModel(network) };
  engine.dispose();
  return files;
}

describe("what is refused leaves all as it was", { timeout: 120_000 }, () => {
  it("a resume: the link of the run, the form, and the run; the form says that it is not the run's", async () => {
    const expected = await trainInNode(QUERY);
    const { page, close } = await visit(browser, site.url, `train?${QUERY}`, { permissions });
    await press(page, "Start training", "Finished");
    const link = await copiedLink(page);
    expect(link).toContain("&epochs=3&");
    await field(page, "Epochs").fill("1");
    await field(page, "Seed").fill("8");
    expect(await note(page).innerText()).toContain("Different from the run shown: epochs, seed.");
    const address = page.url();
    expect(address).toContain("&epochs=1&seed=8&");

    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("alert").filter({ hasText: "epochs: expected at least the 3" }).waitFor();
    expect(await page.getByTestId("status").innerText()).toBe("Finished");
    expect(await shownHash(page)).toBe(expected.hash);
    expect(await copiedLink(page)).toBe(link);
    expect(page.url()).toBe(address);
    expect(await field(page, "Epochs").inputValue()).toBe("1");

    await page.getByRole("button", { name: "Restore the run’s" }).click();
    expect(await field(page, "Seed").inputValue()).toBe("7");
    expect(await note(page).count()).toBe(0);
    await close();
  });

  it("a resume that goes on shows the settings that it goes on with", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}&epochs=1`, { permissions });
    await press(page, "Start training", "Finished");
    await field(page, "Learning rate").fill("0.5");
    await field(page, "Optimizer").selectOption("Adam");
    await field(page, "Epochs").fill("3");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(QUERY)).hash);
    expect(await field(page, "Learning rate").inputValue()).toBe("0.05");
    expect(await field(page, "Optimizer").inputValue()).toBe("momentum");
    expect(page.url()).toContain("optimizer=momentum&rate=0.05&batch=100&epochs=3&");
    expect(await copiedLink(page)).toContain("optimizer=momentum&rate=0.05&batch=100&epochs=3&");
    await close();
  });

  it("a start: the run before, its network, and what can be done with it", async () => {
    const { page, close } = await visit(browser, site.url, `train?${QUERY}&epochs=2`, { permissions });
    await press(page, "Start training", "Finished");
    const [hash, link] = [await shownHash(page), await copiedLink(page)];
    await (page.workers().find((worker) => worker.url().includes("training-worker")) as Worker).evaluate(() => {
      const refuse = () => Promise.reject(new RangeError("out of memory"));
      for (const name of ["compile", "compileStreaming", "instantiate", "instantiateStreaming"]) {
        Object.assign(WebAssembly, { [name]: refuse });
      }
    });
    await field(page, "Threads").fill("2");
    await page.getByRole("button", { name: "Start over" }).click();
    await page.getByRole("alert").filter({ hasText: "out of memory" }).waitFor();
    expect(await page.getByTestId("status").innerText()).toBe("Finished");
    expect(await shownHash(page)).toBe(hash);
    expect(await copiedLink(page)).toBe(link);
    await field(page, "Epochs").fill("3");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(QUERY)).hash);
    await close();
  });

  it("a checkpoint or a model that does not fit: the form, the link, and the run that is shown", async () => {
    const { settings, checkpoint } = await trainSome(QUERY, 20);
    const { page, close } = await visit(browser, site.url, `explore?${QUERY}`, { permissions });
    await openFile(page, "good.safetensors", withMetadata(checkpoint, checkpointMetadata(settings)));
    await page.getByText("good.safetensors: 784 → 32 → 16 → 10").waitFor();
    const address = page.url();
    const bad: readonly (readonly [string, Uint8Array, string])[] = [
      [
        "layers",
        withMetadata(checkpoint, checkpointMetadata({ ...settings, hidden: [5], threads: 2 })),
        "layers.safetensors: state: expected the arrays layers.0.weights",
      ],
      [
        "optimizer",
        withMetadata(checkpoint, checkpointMetadata({ ...settings, optimizer: "adam" })),
        "expected the slots means, squares",
      ],
      [
        "batch",
        withMetadata(checkpoint, checkpointMetadata({ ...settings, batchSize: 50 })),
        "resume: batchSize: expected 100",
      ],
      [
        "schedule",
        withMetadata(checkpoint, recordEntry(withSchedule(recordOf(settings)))),
        "the schedule cosine, which this page does not support",
      ],
      [
        "table",
        withMetadata(checkpoint, recordEntry({ ...recordOf(settings), task: "regression" })),
        "a run on MNIST, got one of regression",
      ],
      ["cut", checkpoint.subarray(0, 1000), "cut.safetensors"],
    ];
    for (const [name, bytes, message] of bad) {
      await openFile(page, `${name}.safetensors`, bytes);
      await page.getByRole("alert").filter({ hasText: message }).waitFor();
      expect(page.url(), name).toBe(address);
      await page.getByText("good.safetensors: 784 → 32 → 16 → 10").waitFor();
    }
    await openTab(page, "Train");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(QUERY)).hash);
    await close();
  });
});

/** The checkpoint's bytes with such metadata. */
function withMetadata(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  return saveCheckpoint({ checkpoint: () => loadCheckpoint(bytes) }, metadata);
}

function withSchedule(record: ReturnType<typeof recordOf>) {
  return { ...record, settings: { ...record.settings, schedule: "cosine" } };
}

describe("a checkpoint", { timeout: 120_000 }, () => {
  it("of the command line has its settings in it", async () => {
    const { settings, checkpoint } = await trainSome(QUERY, 20);
    const { page, close } = await visit(browser, site.url, "explore?layers=5&seed=1&threads=1&arithmetic=simd");
    await openFile(page, "checkpoint.safetensors", withMetadata(checkpoint, recordEntry(recordOf(settings))));
    await page.getByText("checkpoint.safetensors: 784 → 32 → 16 → 10").waitFor();
    expect(page.url()).toContain(
      "layers=32,16&activation=tanh&dropout=0&init=normal&optimizer=momentum&rate=0.05&batch=100&epochs=3&seed=7",
    );
    await openTab(page, "Train");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(QUERY)).hash);
    await close();
  });

  it("of the library is read with what its arrays tell, and says what it took from the form", async () => {
    const { checkpoint } = await trainSome(QUERY, 20);
    const { page, close } = await visit(
      browser,
      site.url,
      "explore?activation=tanh&epochs=3&threads=1&arithmetic=relaxed",
    );
    await openFile(page, "library.safetensors", checkpoint);
    await page.getByText("library.safetensors contains no settings.").waitFor();
    await page.getByText("These stay as they were: activation, epochs.").waitFor();
    expect(page.url()).toContain(
      "layers=32,16&activation=tanh&dropout=0&init=normal&optimizer=momentum&rate=0.05&batch=100&epochs=3",
    );
    await openTab(page, "Train");
    await press(page, "Resume", "Finished");
    expect(await shownHash(page)).toBe((await trainInNode(QUERY)).hash);
    await close();
  });

  it("of the library that the form does not complete is refused with what is missing", async () => {
    const { checkpoint } = await trainSome(`${QUERY}&dropout=0.5`, 3);
    const { page, close } = await visit(browser, site.url, `explore?${QUERY}`);
    await openFile(page, "library.safetensors", checkpoint);
    await page
      .getByRole("alert")
      .filter({ hasText: "the checkpoint does not say its dropout rate; set the rate" })
      .waitFor();
    await close();
  });
});
