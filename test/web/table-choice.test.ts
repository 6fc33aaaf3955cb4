import * as fc from "fast-check";
import { expect, it } from "vitest";
import { TABLE_DEFAULTS, writeSettings } from "../../src/app/settings/page-settings.js";
import { readChoice, SAMPLE_NAMES, type TableChoice, writeChoice } from "../../web/own-data/table-choice.js";

const choices: fc.Arbitrary<TableChoice> = fc.record(
  {
    sample: fc.constantFrom(...SAMPLE_NAMES),
    target: fc.string({ unit: "binary" }),
    task: fc.constantFrom("classification" as const, "regression" as const),
  },
  { requiredKeys: [] },
);

it("comes back from a link as it was, whatever the column's name, and leaves the settings alone", () => {
  const settings = writeSettings(TABLE_DEFAULTS);
  fc.assert(
    fc.property(choices, (choice) => {
      const read = readChoice(writeChoice(choice) + settings);
      expect({ choice: read.choice, problems: read.problems }).toEqual({ choice, problems: [] });
      expect([...new URLSearchParams(read.rest)]).toEqual([...new URLSearchParams(settings)]);
    }),
  );
});

it("says what a link has wrong", () => {
  expect(readChoice("sample=mnist&task=ranking&target=")).toEqual({
    choice: { target: "" },
    rest: "",
    problems: [
      "sample: expected one of moons, iris, diabetes, got “mnist”",
      "task: expected one of classification, regression, got “ranking”",
    ],
  });
});
