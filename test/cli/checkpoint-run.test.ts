import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpointMetadata, settingsOfCheckpoint } from "../../src/app/checkpoint-file.js";
import { imageNetwork, MNIST_IMAGES } from "../../src/app/image-set.js";
import { networkFromSettings } from "../../src/app/network-from-settings.js";
import { findRecord } from "../../src/app/run-record.js";
import { engineOptions, readSettings } from "../../src/app/settings/page-settings.js";
import { weightsHash } from "../../src/app/weights-hash.js";
import { createEngine, fit, loadCheckpoint, loadModel, saveCheckpoint } from "../../src/index.js";
import { loadMnist } from "../../src/node/mnist-files.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
/** As a link of the page has them. */
const { settings } = readSettings(
  "layers=16,8&activation=leakyRelu&optimizer=momentum&rate=0.05&dropout=0.2&batch=500&epochs=2&seed=3&arithmetic=deterministic",
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-run-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...parameters: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...parameters])), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

/** Trains as the page does; with `stopAt` up to that batch. @returns hash of the weights, and the checkpoint */
async function trainAsPage(stopAt?: number): Promise<{ hash: string; checkpoint: Uint8Array }> {
  const mnist = await loadMnist({ dtype: "uint8" });
  const engine = await createEngine(engineOptions(settings));
  try {
    const network = networkFromSettings(engine, settings, imageNetwork(MNIST_IMAGES));
    const stop = new AbortController();
    const callbacks = [{ onBatchEnd: ({ batch }: { batch: number }) => void (batch === stopAt && stop.abort()) }];
    const { epochs, batchSize } = settings;
    const validation = engine.dataset(mnist.validation);
    const run = fit(network, engine.dataset(mnist.train), {
      epochs,
      batchSize,
      validation,
      callbacks,
      signal: stop.signal,
    });
    await run.run();
    const checkpoint = saveCheckpoint(run, checkpointMetadata(settings));
    return { hash: await weightsHash(network.stateDict()), checkpoint };
  } finally {
    engine.dispose();
  }
}

async function hashOfModel(path: string): Promise<string> {
  const engine = await createEngine({ threads: 1 });
  try {
    return await weightsHash(loadModel(engine, await readFile(path)).stateDict());
  } finally {
    engine.dispose();
  }
}

describe("`train mnist --resume CHECKPOINT`", () => {
  it("goes on with the page's run to the same bits, and writes a run of its own", async () => {
    const [whole, part] = [await trainAsPage(), await trainAsPage(40)];
    const file = join(folder, "checkpoint.safetensors");
    await writeFile(file, part.checkpoint);
    const out = join(folder, "out");
    const resumed = await run("train", "mnist", "--resume", file, "--out", out);
    expect(resumed.stderr).toBe("");
    expect(resumed.stdout).toContain("784→16→8→10, sgd:momentum=0.9, learning rate 0.05, seed 3");
    expect(await hashOfModel(join(out, "model.safetensors"))).toBe(whole.hash);

    // And the page reads what the command has written: its settings, but for threads and binary.
    const bytes = await readFile(join(out, "checkpoint.safetensors"));
    const contents = loadCheckpoint(bytes);
    expect(settingsOfCheckpoint(contents, "file")).toEqual(settings);
    expect(findRecord(contents, "file")).toEqual(
      expect.objectContaining({
        task: "mnist",
        settings: JSON.parse(await readFile(join(out, "run.json"), "utf8")).settings,
      }),
    );
    const more = await run(
      "train",
      "mnist",
      "--resume",
      join(out, "checkpoint.safetensors"),
      "--epochs",
      "3",
      "--out",
      join(folder, "more"),
    );
    expect(more.code).toBe(0);
    const { epochs } = JSON.parse(await readFile(join(folder, "more", "history.json"), "utf8"));
    expect(epochs).toHaveLength(3);
  }, 60_000);

  it("says what is wrong with a file that is none, has no settings, or contradicts the options", async () => {
    const file = join(folder, "bad.safetensors");
    await writeFile(file, "no checkpoint");
    expect((await run("train", "mnist", "--resume", file)).stderr).toContain("bad.safetensors");
    const { checkpoint } = await trainAsPage(1);
    await writeFile(file, saveCheckpoint({ checkpoint: () => loadCheckpoint(checkpoint) }));
    expect((await run("train", "mnist", "--resume", file)).stderr).toContain(
      "expected a checkpoint with settings, which the command and the page write",
    );
    await writeFile(file, checkpoint);
    const other = await run("train", "mnist", "--resume", file, "--seed", "4");
    expect(other.stderr).toContain("'--seed': expected 3 as in");
    expect(other.code).toBe(2);
  }, 60_000);
});
