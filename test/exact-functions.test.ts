import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * Functions whose last bits ECMAScript leaves to the engine, and the operator **, which is one of them: on a path that decides
 * weights or predictions they would make `deterministic` a lie.
 */
const NAMES = "acosh?|asinh?|atan[2h]?|cbrt|cosh?|exp|expm1|hypot|log(?:10|1p|2)?|pow|sinh?|tanh?";
const INEXACT = new RegExp(`\\bMath\\.(?:${NAMES})\\b|\\{[^}]*\\b(?:${NAMES})\\b[^}]*\\} = Math|\\*\\*`, "g");

/** Where they may be used, and why that decides no bit of a result that is promised. */
const ALLOWED: Record<string, string> = {
  "src/wasm/self-test.ts": "any values do: kernels are compared with themselves on them",
  "src/formats/float-conversion.ts": "powers of two with integer exponents, which every engine has exactly",
  "src/tables/parquet/parquet-runs.ts": "powers of two with integer exponents",
  "src/digits/png.ts": "powers of two with integer exponents",
  "src/codecs/snappy.ts": "powers of two with integer exponents",
  "src/formats/onnx/protobuf.ts": "powers of two with integer exponents",
  "src/metrics/probabilities.ts": "scores that are shown",
  "src/cli/terminal.ts": "the ticks of a chart",
  "src/cli/report/report.ts": "the colour of a cell",
};

const root = resolve(new URL("..", import.meta.url).pathname);
const files = (readdirSync(join(root, "src"), { recursive: true }) as string[])
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join(root, "src", file));

describe("functions with unspecified last bits", () => {
  it.each(files.map((file) => [relative(root, file)]))("%s", (file) => {
    const code = readFileSync(join(root, file), "utf8")
      // Comments say what is computed in the words of mathematics.
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
      .replace(/2 \*\* (\d+|-\d+)\b/g, "");
    const used = [...code.matchAll(INEXACT)].map(([name]) => name);
    if (Object.hasOwn(ALLOWED, file)) expect(used).not.toEqual([]);
    else expect(used).toEqual([]);
  });
});
