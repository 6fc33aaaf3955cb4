import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");

/** A piece of code and where it goes. */
interface Addition {
  readonly file: string;
  readonly code: string;
  /** Before the line that begins so; at the end without it. */
  readonly before?: string;
  /** At the end of the list or object of that name. */
  readonly list?: string;
}

/** The additions that a section of CONTRIBUTING.md asks for. */
function additionsOf(section: string): Addition[] {
  const body = (text.split(`## ${section}\n`)[1] as string).split(/^## /m)[0] as string;
  const steps = body.matchAll(
    /(?:at the end of (?:the list `(\w+)` in )?|before the line `([^`]+)` in )`([^`]+)`[^`]*:\n\n {3}```ts\n(.*?) {3}```/gs,
  );
  return [...steps].map(([, list, before, file = "", code = ""]) => ({
    file,
    code: code.replace(/^ {3}/gm, ""),
    ...(list && { list }),
    ...(before && { before }),
  }));
}

function apply(folder: string, { file, code, before, list }: Addition): void {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  const opening = list === undefined ? undefined : new RegExp(`^( *).*\\b${list}\\b.*= [[{]\\n`, "m").exec(source);
  const begin = list === undefined ? 0 : (opening?.index ?? -1);
  // The bracket that closes it stands as far in as the line that opens it.
  const closing = new RegExp(`^${opening?.[1] ?? ""}[\\]}]`, "m");
  const end = list === undefined ? source.length : source.slice(begin).search(closing) + begin;
  const at = before === undefined ? end : source.indexOf(before);
  expect(Math.min(begin, at), `${before ?? list} in ${file}`).toBeGreaterThanOrEqual(0);
  writeFileSync(path, `${source.slice(0, at)}${code}${source.slice(at)}`);
}

describe("a copy of the repository that follows CONTRIBUTING.md", () => {
  const additions = [...additionsOf("Adding an activation"), ...additionsOf("Adding a regression loss")];
  let copy: string;
  const run = (...command: string[]) => execFileSync(process.execPath, command, { cwd: copy, encoding: "utf8" });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "contributing-"));
    const names = [
      "assembly",
      "src",
      "test",
      "scripts",
      "samples",
      "asconfig.json",
      "package.json",
      "tsconfig.json",
      "vitest.config.ts",
    ];
    for (const name of names) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const addition of additions) apply(copy, addition);
    run("scripts/build-wasm.mjs");
    run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
  }, 300_000);
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("touches at most five files for an activation, and for a loss", () => {
    for (const [section, files] of [
      ["Adding an activation", 5],
      ["Adding a regression loss", 4],
    ] as const) {
      expect(new Set(additionsOf(section).map(({ file }) => file)).size, section).toBe(files);
    }
  });

  it("has kernels that pass the tests of their kind", () => {
    const tests = [
      "test/kernels/activations.test.ts",
      "test/network/losses/losses.test.ts",
      "test/wasm/self-test.test.ts",
    ];
    const output = run(
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=verbose",
      ...tests,
      "-t",
      "hardTanh|kernels|calls every export",
    );
    expect(output).toMatch(/Tests .*passed/);
    expect(output).toContain("hardTanh");
  }, 300_000);

  it("saves, exports and opens the new activation", () => {
    const script = `
      const { createEngine, Dense, HardTanh, LogCosh, loadModel, Network, serializeModel } = await import("./build/index.js");
      const { loadOnnx, serializeOnnx } = await import("./build/formats/onnx/onnx.js");
      const engine = await createEngine({ threads: 1 });
      const network = new Network(engine, [new Dense(3, 4), new HardTanh(), new Dense(4, 1)], { loss: new LogCosh() });
      const x = engine.matrix(2, 3, [1, -2, 3, 0.5, 9, -4]);
      const y = engine.matrix(2, 1, [1, 0]);
      const losses = [network.train(x, y), network.train(x, y)];
      const loss = () => ({ loss: new LogCosh() });
      const files = [
        loadModel(engine, serializeModel(network), "model", loss()),
        loadOnnx(engine, serializeOnnx(network), "onnx", loss()),
      ];
      const outputs = [network, ...files].map((each) => [...each.predictValues(x)]);
      let message;
      try {
        new LogCosh({ slip: 1 });
      } catch (error) {
        message = error.message;
      }
      console.log(JSON.stringify({ message, losses, outputs, layers: files.map((each) => each.layers[1].config().type) }));
    `;
    const { message, losses, outputs, layers } = JSON.parse(run("--input-type=module", "--eval", script));
    expect(message).toMatch(/^LogCosh: expected the options reduction, got slip/);
    expect(losses[1]).toBeLessThan(losses[0]);
    expect(layers).toEqual(["hardTanh", "hardTanh"]);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it("offers it on the command line, and trains with it", () => {
    expect(run("build/cli/main.js", "train", "--help")).toContain('"hardTanh"');
    const out = join(copy, "run");
    const words = ["train", "samples/iris.csv", "--activation", "hardTanh", "--epochs", "2", "--out", out];
    run("build/cli/main.js", ...words);
    expect(run("build/cli/main.js", "info", out)).toContain("HardTanh");
  });
});
