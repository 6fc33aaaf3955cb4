import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(new URL("../../assembly", import.meta.url).pathname);

/** What each folder of assembly/ may import, beside itself. Files at the top may import all. */
const ALLOWED: Record<string, readonly string[]> = {
  runtime: [],
  elements: ["runtime"],
  rows: ["runtime", "elements"],
  steps: ["runtime", "elements"],
  products: ["runtime", "elements"],
};

const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts")).sort();

/** Paths below assembly/ of what a file imports or re-exports. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:^|;)\s*(?:import|export)\b[^;"]*?from\s+"([^"]+)"/gm)].map(
    ([, target]) => relative(root, resolve(root, dirname(file), `${target}.ts`)),
  );

const folder = (file: string) => (dirname(file) === "." ? "" : (dirname(file).split("/")[0] as string));

describe("imports of the kernels go one way", () => {
  it.each(files)("%s", (file) => {
    for (const target of importsOf(file)) {
      expect(files, `${file} imports ${target}`).toContain(target);
      if (folder(file) === "" || folder(file) === folder(target)) continue;
      expect(ALLOWED[folder(file)], `${file} imports ${target}`).toContain(folder(target));
    }
  });

  it("has no cycle, also not inside a folder", () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]) => {
      expect(path, `${[...path, file].join(" → ")}`).not.toContain(file);
      if (done.has(file)) return;
      for (const target of importsOf(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });

  it("reaches every file from index.ts", () => {
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const target of importsOf(file)) visit(target);
    };
    visit("index.ts");
    expect([...seen].sort()).toEqual(files);
  });
});
