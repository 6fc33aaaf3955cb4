import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duplicateKey, numberText } from "../../src/checks/json-keys.js";

describe("numberText", () => {
  it.each([
    ['{"a":1,"b": -12345678901234567890 ,"c":2}', "b", "-12345678901234567890"],
    ['{"b":"a","a" :1.50e+3}', "a", "1.50e+3"],
    ['{"\\u0061":"\\"a\\":1","\\"a":2,"a\\"":3,"a":4}', 'a"', "3"],
    ['{"":0}', "", "0"],
  ])("%s", (json, key, text) => {
    JSON.parse(json);
    expect(numberText(json, key)).toBe(text);
  });
});

describe("duplicateKey", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":{"b":1,"c":2,"b":3}}', "b"],
    ['[{"a":1},{"a" :1,"x":[{}],"a"\t:1}]', "a"],
    ['{"\\u0061":1,"a":2}', "a"],
    ['{"":1,"":2}', ""],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"a\\"":1,"b":2,"a\\"":3}', 'a"'],
  ])("%s", (json, key) => {
    JSON.parse(json);
    expect(duplicateKey(json)).toBe(key);
  });

  it.each([
    '{"a":{"a":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\",\\"a\\":1"}',
    '["a","a"]',
    '"a"',
    "1",
  ])("none in %s", (json) => {
    JSON.parse(json);
    expect(duplicateKey(json)).toBeUndefined();
  });

  it("finds none in what JSON.stringify makes, and the one put in", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (object, key, value) => {
        const json = JSON.stringify(object);
        expect(duplicateKey(json)).toBeUndefined();
        const entry = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
        expect(duplicateKey(`{${entry},"other${key.length}":${json},${entry}}`)).toBe(key);
      }),
      { numRuns: 1000 },
    );
  });
});
