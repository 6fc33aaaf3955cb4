import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activationNames, initializerNames, optimizerNames } from "../../../src/app/settings/network-names.js";
import {
  ARITHMETICS,
  DIGIT_DEFAULTS,
  FIELDS,
  type RunSettings,
  readSettings,
  writeSettings,
} from "../../../src/app/settings/page-settings.js";
import { MOMENTUM } from "../../../src/app/settings/schema.js";
import { readValue, type Value } from "../../../src/app/settings/values.js";

const settings: fc.Arbitrary<RunSettings> = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 8 }),
  activation: fc.constantFrom(...activationNames),
  dropout: fc.double({ min: 0, max: 0.99, noNaN: true }),
  init: fc.constantFrom(...initializerNames),
  optimizer: fc.constantFrom(...optimizerNames, MOMENTUM),
  learningRate: fc.double({ min: 1e-12, max: 100, noNaN: true }),
  batchSize: fc.integer({ min: 1, max: 8192 }),
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
    expect([...new URLSearchParams(writeSettings(DIGIT_DEFAULTS)).keys()]).toEqual(
      Object.values(FIELDS).map(({ link }) => link),
    );
    expect(writeSettings(DIGIT_DEFAULTS)).toMatch(/^layers=100,200&activation=relu&/);
  });

  it("are the defaults where the link says nothing", () => {
    expect(readSettings("")).toEqual({ settings: DIGIT_DEFAULTS, problems: [] });
    expect(readSettings("seed=7&layers=").settings).toEqual({ ...DIGIT_DEFAULTS, seed: 7, hidden: [] });
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
    expect(read).toEqual(DIGIT_DEFAULTS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${query.split("=")[0]}: expected .*, got`));
  });

  it.each([
    ["layers=8,4&activation=leakyRelu&optimizer=momentum&rate=0.05&batch=500", "as links have had them"],
    ["layers=8,4&activation=leaky-relu&optimizer=momentum&rate=0.05&batch=500", "in the command's old spelling"],
  ])("%s is read: %s", (query) => {
    expect(readSettings(query)).toEqual({
      settings: {
        ...DIGIT_DEFAULTS,
        ...{ hidden: [8, 4], activation: "leakyRelu", optimizer: MOMENTUM, learningRate: 0.05, batchSize: 500 },
      },
      problems: [],
    });
  });

  it("have defaults that are values of their fields", () => {
    for (const [name, { value: field }] of Object.entries(FIELDS)) {
      const value = DIGIT_DEFAULTS[name as keyof RunSettings];
      expect(readValue<unknown>(field, (field as Value<unknown>).write(value)), name).toEqual(value);
    }
  });
});
