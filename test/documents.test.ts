/** What the documents say of files, links, commands and lists, held against the repository. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import * as library from "../src/index.js";
import { Schedule } from "../src/index.js";

const root = new URL("../", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");
const run = promisify(execFile);

const below = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
const DOCUMENTS = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...below("docs").map((name) => `docs/${name}`),
  ...below("docs/decisions").map((name) => `docs/decisions/${name}`),
];
const TEXTS = new Map(DOCUMENTS.map((path) => [path, read(path)]));

/** What the first group of the pattern finds in each document: "README.md: found". */
function found(pattern: RegExp, paths: readonly string[] = DOCUMENTS): { path: string; what: string }[] {
  return paths.flatMap((path) =>
    [...(TEXTS.get(path) as string).matchAll(pattern)].map(([, what]) => ({ path, what: what as string })),
  );
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const plain = heading.replaceAll(/[`*]/g, "").trim().toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

describe("documents", () => {
  it("link to files and headings that exist", () => {
    const broken = found(/\]\(([^)\s]+)\)/g).filter(({ path, what }) => {
      if (/^https?:/.test(what)) return false;
      const [file, anchor] = what.split("#") as [string, string?];
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      const headings = anchor === undefined ? [] : [...read(target).matchAll(/^#+ (.*)$/gm)];
      return anchor !== undefined && !headings.some(([, heading]) => anchorOf(heading as string) === anchor);
    });
    expect(broken).toEqual([]);
  });

  it("name sources that exist", () => {
    const named = found(/`((?:src|assembly|web|test|bench|scripts|docs|samples)\/[\w./-]+\.\w+)`/g);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ what }) => !existsSync(join(root, what)))).toEqual([]);
  });

  it("name tests that exist", () => {
    const named = found(/npx vitest run (test\/[\w./-]+)/g);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ what }) => !existsSync(join(root, what)))).toEqual([]);
  });

  it("name npm's scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = found(/npm run ([\w:]+)/g);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ what }) => !(what in scripts))).toEqual([]);
  });

  it("name benchmarks and parts of the reliability campaign that exist", () => {
    const benchmarks = [...read("bench/main.ts").matchAll(/^ {2}(\w+): (?:async|\()/gm)].map(([, name]) => name);
    const parts = [...read("scripts/reliability/main.ts").matchAll(/^ {2}"?([\w-]+)"?: \[/gm)].map(([, name]) => name);
    expect(benchmarks).toContain("gemm");
    expect(parts).toContain("freezes");
    const named = found(/npm run bench -- ([a-z]\w*)/g);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter(({ what }) => !benchmarks.includes(what))).toEqual([]);
    const table = found(/^\| `([\w-]+)` +\| [^|]+\| \d/gm, ["docs/reliability.md"]);
    expect(table.map(({ what }) => what)).toEqual(parts);
  });
});

describe("README", () => {
  const readme = TEXTS.get("README.md") as string;

  it.each([
    ["layer", library.Layer],
    ["loss", library.Loss],
    ["optimizer", library.Optimizer],
    ["schedule", Schedule],
  ] as const)("lists every exported %s", (_, Base) => {
    const names = Object.entries(library)
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof (Base as new () => object))
      .map(([name]) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  describe("names options of the command", () => {
    let help = "";
    beforeAll(async () => {
      const main = join(root, "build/cli/main.js");
      const commands = ["train", "evaluate", "predict", "export", "info"];
      const texts = await Promise.all(commands.map((name) => run(process.execPath, [main, name, "--help"])));
      help = texts.map(({ stdout }) => stdout).join("\n");
    }, 60_000);

    it("that it has", () => {
      // Options of other programs stand beside them: of npm's scripts, and of the benchmarks in the section on speed.
      const [before = ""] = readme.split("## Speed");
      const named = [
        ...new Set([...before.matchAll(/`(?:[^`\n]* )?(--[a-z][\w-]+)/g)].map(([, name]) => name as string)),
      ];
      expect(named.length).toBeGreaterThan(20);
      expect(named.filter((name) => !new RegExp(`${name}\\b`).test(help))).toEqual([]);
    });
  });
});

describe("docs/decisions", () => {
  it("are numbered without gaps", () => {
    const numbers = below("docs/decisions").map((name) => Number.parseInt(name, 10));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe("docs/page.md", () => {
  it("says rightly that only workers create engines, train and predict", () => {
    const files = readdirSync(join(root, "web"), { recursive: true, encoding: "utf8" });
    const others = files.filter((path) => /\.tsx?$/.test(path) && !/^worker\//.test(path));
    expect(others).toContain("main.tsx");
    const work =
      /\b(?:createEngine|new Network|new Preprocessor|readCsv|readJsonLines|readParquet|loadModel|loadOnnx)\(/;
    const made = others.filter((path) => work.test(read(`web/${path}`).replaceAll(/\/\*\*?.*?\*\/|\/\/.*$/gms, "")));
    expect(made).toEqual([]);
  });
});

describe("README and docs/performance.md", () => {
  it("say rightly that training calls no gemm: outside src/wasm and the benchmarks nothing does", () => {
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
    const calling = files.filter((path) => path.endsWith(".ts") && /\bgemm\(/.test(read(`src/${path}`)));
    expect(calling).toContain("wasm/kernels.ts");
    expect(calling.filter((path) => !/^(wasm|app\/benchmark)\//.test(path))).toEqual([]);
  });
});
