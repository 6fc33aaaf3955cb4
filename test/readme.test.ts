import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url).pathname;

describe("README", () => {
  it("its library example runs as printed and learns", async () => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    const [, source = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    expect(source.trim().split("\n").length).toBe(15);
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    // Inside the package, so that it finds "simdgrad" by its own name.
    const folder = await mkdtemp(join(root, "build", "example-"));
    try {
      await writeFile(join(folder, "example.mjs"), outputText);
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "example.mjs")]);
      const [, accuracy] = /epoch 2: validation accuracy (\S+)/.exec(stdout) ?? [];
      expect(Number(accuracy)).toBeGreaterThan(0.94);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
