import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const readme = await readFile(join(root, "README.md"), "utf8");

/** The text of each fenced block in a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text]) => text as string);
}

/** The program that has this in it. */
function example(part: string): string {
  return blocks("ts").find((text) => text.includes(part)) as string;
}

/** Standard output of a TypeScript program, run inside the package, so that it finds "simdgrad" by its own name. */
async function runProgram(source: string): Promise<string> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const folder = await mkdtemp(join(root, "build", "example-"));
  try {
    await writeFile(join(folder, "example.mjs"), outputText);
    return (await promisify(execFile)(process.execPath, [join(folder, "example.mjs")], { cwd: folder })).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("README: its examples run as printed", () => {
  it("and are right TypeScript, however strict", async () => {
    const folder = await mkdtemp(join(root, "build", "example-"));
    try {
      // Vite's configuration would bring Node's types with it.
      const programs = blocks("ts").filter((text) => text.includes('from "simdgrad'));
      const files = programs.map((_, index) => join(folder, `example${index}.mts`));
      await Promise.all(programs.map((text, index) => writeFile(files[index] as string, text)));
      const strict = { strict: true, exactOptionalPropertyTypes: true, noImplicitOverride: true, noEmit: true };
      // What users have at least; the library's own types are checked, too.
      const target = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext };
      const given = { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [] };
      const found = ts.getPreEmitDiagnostics(ts.createProgram(files, { ...strict, ...target, ...given }));
      expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);

  it("MNIST in a program, which learns", async () => {
    const [source = ""] = blocks("ts");
    expect(source.trim().split("\n").length).toBe(15);
    const [, accuracy] = /epoch 2: validation accuracy (\S+)/.exec(await runProgram(source)) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(0.94);
  }, 60_000);

  it("callbacks, a schedule and a checkpoint", async () => {
    const output = await runProgram(example("new AdamW("));
    const [header = "", ...epochs] = output.trim().split("\n");
    expect(epochs).toHaveLength(4);
    const accuracy = epochs.at(-1)?.split(",")[header.split(",").indexOf("valAccuracy")];
    expect(Number(accuracy)).toBeGreaterThan(0.96);
  }, 60_000);

  it("an estimator", async () => {
    expect(await runProgram(example("new MLPClassifier("))).toBe("[ 'even', 'odd', 'odd', 'even' ] 1\n");
  });

  it("a custom layer, whose gradients are right and which learns", async () => {
    const output = await runProgram(example("extends Layer"));
    expect(output).toMatch(/^gradient of input: right, error \S+$/m);
    expect(output).toMatch(/^gradient of slope: right, error \S+$/m);
    const losses = [...output.matchAll(/^step \d+: loss (\S+)$/gm)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(2);
    expect(losses[1]).toBeLessThan(losses[0] as number);
  }, 60_000);

  it("your own data on the command line, from the CSV file to its predictions", async () => {
    const commands = blocks("sh").find((text) => text.includes("train samples")) as string;
    const folder = await mkdtemp(join(root, "build", "example-"));
    try {
      // The commands' own paths, seen from another folder, so that the clone's runs/ is left alone.
      const program = `set -e\nln -s ${root}build ${root}samples .\n${commands}`;
      const { stdout } = await promisify(execFile)("sh", ["-c", program], { cwd: folder });
      await access(join(folder, "runs/iris/report.html"));
      const predictions = (await readFile(join(folder, "runs/iris/predictions.csv"), "utf8")).trim().split("\n");
      expect(predictions).toHaveLength(151);
      const accuracies = [...stdout.matchAll(/^accuracy (\S+),/gm)].map(([, accuracy]) => Number(accuracy));
      expect(accuracies.at(-1)).toBeGreaterThan(0.93);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
