import { expect, it } from "vitest";
import { identityOf, parseRecord, recordText } from "../../src/app/run-record.js";

/** As an earlier version wrote it. */
const OLD = {
  task: "classification",
  data: "ab",
  settings: {
    hidden: [8],
    activation: "leaky-relu",
    dropout: 0.1,
    init: "he-normal",
    optimizer: "sgd:momentum=0.9",
    schedule: "one-cycle:percentStart=0.4",
    epochs: 3,
    classWeights: "none",
    seed: 1,
    deterministic: false,
    validationSplit: 0.1,
    testSplit: 0.2,
    scaling: "standard",
  },
};

const parse = (record: unknown) =>
  parseRecord(JSON.stringify({ format: "simdgrad-run", version: 1, ...(record as object) }), "run.json");

it("of an earlier version is read with names as they are spelled now", () => {
  const { settings } = parse(OLD);
  expect(settings).toEqual({
    ...OLD.settings,
    activation: "leakyRelu",
    init: "heNormal",
    schedule: "oneCycle:percentStart=0.4",
  });
  expect(parseRecord(recordText(parse(OLD)), "run.json")).toEqual(parse(OLD));
});

it("is known by the identity that models of earlier versions have", async () => {
  expect(await identityOf(parse(OLD))).toBe("8ae7519d7c09dd21");
  expect(await identityOf(parse({ ...OLD, settings: { ...OLD.settings, epochs: 9 } }))).toBe("8ae7519d7c09dd21");
  expect(await identityOf(parse({ ...OLD, settings: { ...OLD.settings, init: "normal" } }))).not.toBe(
    "8ae7519d7c09dd21",
  );
});

it.each([
  [{ activation: "swish" }, "run.json: activation: expected one of relu, leakyRelu"],
  [{ init: "ones" }, 'got "ones"'],
  [{ hidden: 8 }, "expected the record of a run"],
])("with %j is refused", (more, message) => {
  expect(() => parse({ ...OLD, settings: { ...OLD.settings, ...more } })).toThrow(message);
});
