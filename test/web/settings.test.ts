import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ACTIVATIONS,
  ARITHMETICS,
  DEFAULT_SETTINGS,
  FIELDS,
  INITIALIZERS,
  OPTIMIZERS,
  type RunSettings,
  readSettings,
  writeSettings,
} from "../../web/run/settings.js";

const settings: fc.Arbitrary<RunSettings> = fc.record({
  layers: fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 8 }),
  activation: fc.constantFrom(...ACTIVATIONS),
  dropout: fc.double({ min: 0, max: 0.99, noNaN: true }),
  init: fc.constantFrom(...INITIALIZERS),
  optimizer: fc.constantFrom(...OPTIMIZERS),
  rate: fc.double({ min: 1e-12, max: 100, noNaN: true }),
  batch: fc.integer({ min: 1, max: 8192 }),
  epochs: fc.integer({ min: 1, max: 10_000 }),
  seed: fc.maxSafeNat(),
  threads: fc.oneof(fc.constant("auto" as const), fc.integer({ min: 1, max: 64 })),
  arithmetic: fc.constantFrom(...ARITHMETICS),
});

describe("settings in a link", () => {
  it("come back as they were, every one of them", () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(readSettings(writeSettings(given))).toEqual({ settings: given, problems: [] });
      }),
    );
  });

  it("are all written out, the defaults too", () => {
    expect([...new URLSearchParams(writeSettings(DEFAULT_SETTINGS)).keys()]).toEqual(Object.keys(DEFAULT_SETTINGS));
    expect(writeSettings(DEFAULT_SETTINGS)).toMatch(/^layers=100,200&activation=relu&/);
  });

  it("are the defaults where the link says nothing", () => {
    expect(readSettings("")).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
    expect(readSettings("seed=7&layers=").settings).toEqual({ ...DEFAULT_SETTINGS, seed: 7, layers: [] });
  });

  it.each([
    "layers=0",
    "layers=10,,10",
    "layers=5000",
    "layers=1,1,1,1,1,1,1,1,1",
    "activation=__proto__",
    "dropout=1",
    "dropout=",
    "rate=0",
    "rate=NaN",
    "batch=1.5",
    "epochs=-1",
    "seed=1e3",
    "threads=65",
    "arithmetic=fast",
    "constructor=1",
  ])("%s is not taken, and said to be wrong", (query) => {
    const { settings: read, problems } = readSettings(query);
    expect(read).toEqual(DEFAULT_SETTINGS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${query.split("=")[0]}: expected .*, got`));
  });

  it("have defaults that are values of their fields", () => {
    for (const [name, field] of Object.entries(FIELDS)) {
      const value = DEFAULT_SETTINGS[name as keyof RunSettings];
      expect(field.read((field.write as (value: unknown) => string)(value)), name).toEqual(value);
    }
  });
});
