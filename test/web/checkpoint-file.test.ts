import { describe, expect, it } from "vitest";
import { createEngine, FormatError, fit, loadCheckpoint, saveCheckpoint, serializeModel } from "../../src/index.js";
import { describeCheckpoint, isCheckpoint, settingsOfCheckpoint } from "../../web/run/checkpoint-file.js";
import { createNetwork } from "../../web/run/network.js";
import { DEFAULT_SETTINGS } from "../../web/run/settings.js";

const settings = { ...DEFAULT_SETTINGS, layers: [3], seed: 5, rate: 0.25 };

async function trained() {
  const engine = await createEngine({ threads: 1, variant: "simd" });
  const network = createNetwork(engine, settings, 2, 2);
  const data = engine.dataset(
    { inputs: Float32Array.of(0, 1, 1, 0), shape: [2, 2], targets: Uint8Array.of(0, 1) },
    { classes: 2 },
  );
  const run = fit(network, data, { epochs: 1, batchSize: 1 });
  await run.run();
  return { network, bytes: saveCheckpoint(run) };
}

describe("a checkpoint with the page's settings", () => {
  it("is still the checkpoint it was, and gives them back", async () => {
    const { bytes } = await trained();
    const described = describeCheckpoint(bytes, settings);
    expect(loadCheckpoint(described)).toEqual(loadCheckpoint(bytes));
    expect(settingsOfCheckpoint(described, "file")).toEqual(settings);
    expect(settingsOfCheckpoint(describeCheckpoint(described, { ...settings, seed: 6 }), "file")?.seed).toBe(6);
    expect(settingsOfCheckpoint(bytes, "file")).toBeUndefined();
  });

  it("is told from a model and from what is neither", async () => {
    const { network, bytes } = await trained();
    expect(isCheckpoint(bytes)).toBe(true);
    expect(isCheckpoint(serializeModel(network))).toBe(false);
    expect(isCheckpoint(new Uint8Array(4))).toBe(false);
  });

  it("is refused with settings that no page writes", async () => {
    const { bytes } = await trained();
    const wrong = describeCheckpoint(bytes, { ...settings, batch: -1 });
    expect(() => settingsOfCheckpoint(wrong, "file")).toThrow(FormatError);
    expect(() => settingsOfCheckpoint(wrong, "file")).toThrow("file: page_settings: batch: expected");
  });
});
