import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = resolve(new URL("..", import.meta.url).pathname);
const FOLDERS = ["src", "web", "bench", "scripts"];

/** Calls whose spread lists are short whatever the data: file, the text of the call, and why. */
const BOUNDED: readonly (readonly [file: string, call: string, why: string])[] = [
  ["bench/optimizers.ts", "k.adagradStep(n, w, g, v, ...none, rate, 1e-10, team)", "options of a kernel"],
  ["bench/optimizers.ts", "k.adamStep(n, w, g, m, v, ...none, ...adam)", "options of a kernel"],
  ["bench/optimizers.ts", "k.adamStep(n, w, g, m, v, ...penalties, ...adam)", "options of a kernel"],
  [
    "bench/optimizers.ts",
    "k.rmspropStep(n, w, g, v, 0, 0, ...none, rate, 0.99, 0.01, 1e-8, 0, team)",
    "options of a kernel",
  ],
  [
    "bench/optimizers.ts",
    "k.rmspropStep(n, w, g, v, m, u, ...none, rate, 0.99, 0.01, 1e-8, 0.9, team)",
    "options of a kernel",
  ],
  ["bench/optimizers.ts", "k.sgdStep(n, w, g, 0, ...none, rate, 0, 1, false, team)", "options of a kernel"],
  ["bench/optimizers.ts", "k.sgdStep(n, w, g, m, ...none, rate, 0.9, 1, false, team)", "options of a kernel"],
  ["bench/peers/jax.ts", "evaluateLoss(tree.ref(parameters), ...rowsFrom(0, evaluationRows))", "inputs and targets"],
  ["bench/peers/jax.ts", "step(parameters, ...rowsFrom(starts.next().value, batch))", "inputs and targets"],
  ["scripts/build-wasm.mjs", "Math.max(...(await Promise.all(inputs.map(modifiedAt))))", "one for each source file"],
  ["src/dataset/classes.ts", "sortedClasses(...lists)", "a caller's lists, not their elements"],
  ["src/cli/info.ts", 'lines.push("", ...describeForeign(foreign, network.outputs))', "a few lines"],
  ["src/cli/info.ts", "lines.push(...describeTraining(training))", "a few lines"],
  ["src/digits/png.ts", "String.fromCharCode(...bytes.subarray(at + 4, at + 8))", "4"],
  ["src/formats/file-kind.ts", "String.fromCharCode(...bytes.subarray(0, 16))", "16"],
  ["src/formats/file-kind.ts", "String.fromCharCode(...bytes.subarray(30, 30 + Math.min(length, 200)))", "200"],
  ["src/formats/file-kind.ts", "String.fromCharCode(...bytes.subarray(8, 8 + 256))", "256"],
  ["src/formats/onnx/protobuf.ts", "Uint8Array.of(...bytes, Number(rest))", "ten bytes of an integer"],
  ["src/wasm/binaries.ts", "String.fromCharCode(...view.subarray(0, 4))", "4"],
  [
    "src/wasm/memory.ts",
    "this.#free.splice(index, 1, ...(rest > 0 ? [{ pointer: pointer + size, bytes: rest }] : []))",
    "0 or 1",
  ],
  [
    "src/wasm/self-test.ts",
    "(kernels[call.name] as (...values: number[]) => unknown)(...call.values)",
    "arguments of a kernel, as in its line",
  ],
  ["src/wasm/variant.ts", "probe(...ZERO)", "a constant"],
  ["src/wasm/variant.ts", "probe(...ZERO, ...ZERO, ...ZERO, 0xfd, 0x85, 0x02)", "a constant"],
  ["web/page/sketch.ts", "this.#context.lineTo(...point)", "x and y"],
  ["web/page/sketch.ts", "this.#context.moveTo(...first)", "x and y"],
  ["web/worker/digits/inspect.ts", "Math.max(...of)", "ten digits"],
];

/** Files of programs in the folders. */
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|mts|mjs|js)$/.test(path) && !path.endsWith(".d.ts"))
    .map((path) => join(folder, path)),
);

/** Calls of a program that spread a list into arguments, or apply one, as text. */
function spreadCalls(file: string, text: string): string[] {
  const calls: string[] = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const spreads = node.arguments?.some((argument) => ts.isSpreadElement(argument)) ?? false;
      const callee = node.expression;
      const applies = ts.isPropertyAccessExpression(callee) && callee.name.text === "apply";
      if (spreads || applies) calls.push(node.getText(source).replace(/\s+/g, " "));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

it("finds spread arguments, in calls and new, and apply", () => {
  const text = "f(...a); new F(1, ...a); f.apply(null, a); [...a]; ({ ...a }); const g = (...b) => b;";
  expect(spreadCalls("x.ts", text)).toEqual(["f(...a)", "new F(1, ...a)", "f.apply(null, a)"]);
});

it("no list of any length becomes arguments: 100 000 of them overflow the stack", () => {
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) =>
    spreadCalls(file, readFileSync(join(root, file), "utf8")).map((call) => `${file}: ${call}`),
  );
  expect(found.sort()).toEqual(BOUNDED.map(([file, call]) => `${file}: ${call}`).sort());
});
