import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { trainInNode } from "./outcome.js";
import { makeProject, type Project } from "./project.js";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Paths inside a tarball, from the package's folder on. */
const listFiles = (tarball: string) =>
  execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));

/** A file of the tarball, as text. */
const extracted = (path: string) =>
  execFileSync("tar", ["-xzOf", inject("tarball"), `package/${path}`], { encoding: "utf8" });

/** Paths inside the package that a document of it links to. */
const linksOf = (document: string) =>
  [...extracted(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(document), target));

describe("the tarball", () => {
  const files = () => listFiles(inject("tarball"));

  it("holds what was built, its types, licence and documents, and nothing else", () => {
    const expected = [
      /^package\.json$/,
      /^(LICENSE|README\.md|CHANGELOG\.md|CONTRIBUTING\.md)$/,
      /^docs\/(kernel-contract|bundlers|page|performance|reliability)\.md$/,
      /^docs\/decisions\/\d{3}-[a-z-]+\.md$/,
      /^docs\/images\/training-light\.webp$/,
      /^build\/(simd|relaxed)(-shared)?\.wasm$/,
      /^build\/([a-z-]+\/){0,2}[a-z-]+\.(d\.ts|js)$/,
      /^build\/codecs\/(crc32|lz4)\.js$/,
    ];
    expect(files().filter((path) => !expected.some((pattern) => pattern.test(path)))).toEqual([]);
    for (const pattern of expected) expect(files()).toContainEqual(expect.stringMatching(pattern));
  });

  it("holds what its documents link to; of pictures, those of the README", () => {
    const all = files();
    const documents = all.filter((path) => path.endsWith(".md"));
    const links = documents.flatMap((document) => linksOf(document).map((target) => ({ document, target })));
    expect(links.filter(({ document }) => document === "README.md").length).toBeGreaterThan(10);
    const isThere = (path: string) => all.some((file) => file === path || file.startsWith(path.replace(/\/?$/, "/")));
    const held = links.filter(({ document, target }) => document === "README.md" || !target.endsWith(".webp"));
    expect(held.filter(({ target }) => !isThere(target))).toEqual([]);
  });

  it("runs nothing where it is installed", () => {
    const manifest = JSON.parse(extracted("package.json")) as { scripts: Record<string, string> };
    const run = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
    expect(Object.keys(manifest.scripts).filter((name) => run.includes(name))).toEqual([]);
  });

  it("holds the declarations that its entries lead to, each with its script, and no other", () => {
    const { exports } = JSON.parse(extracted("package.json")) as { exports: Record<string, { types?: string }> };
    const declarations = files().filter((path) => path.endsWith(".d.ts"));
    const reached = new Set(Object.values(exports).flatMap(({ types }) => (types ? [posix.normalize(types)] : [])));
    for (const path of reached) {
      for (const { fileName } of ts.preProcessFile(extracted(path)).importedFiles) {
        reached.add(posix.join(posix.dirname(path), fileName).replace(/\.js$/, ".d.ts"));
      }
    }
    expect(declarations.toSorted()).toEqual([...reached].toSorted());
    expect(files()).toEqual(expect.arrayContaining(declarations.map((path) => path.replace(/\.d\.ts$/, ".js"))));
  }, 120_000);
});

it("npm pack builds anew: nothing of an older build gets into it", async () => {
  const copy = mkdtempSync(join(tmpdir(), "simdgrad-copy-"));
  try {
    const left = ["node_modules", "build", ".git"].map((name) => join(root, name));
    cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(path) });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    mkdirSync(join(copy, "build", "wasm"), { recursive: true });
    const old = [
      "build/renamed.js",
      "build/renamed.d.ts",
      "build/renamed.wasm",
      "build/wasm/renamed.js",
      "build/simd.wasm",
    ];
    for (const path of old) writeFileSync(join(copy, path), "of an older build");
    await promisify(execFile)("npm", ["pack", "--silent"], { cwd: copy });
    const tarball = join(copy, readdirSync(copy).find((name) => name.endsWith(".tgz")) as string);
    expect(listFiles(tarball).filter((path) => path.includes("renamed"))).toEqual([]);
    expect(listFiles(tarball)).toEqual(
      expect.arrayContaining(["build/index.js", "build/inline.js", "build/simd.wasm"]),
    );
    expect(readFileSync(join(copy, "build", "simd.wasm"))).toEqual(readFileSync(join(root, "build", "simd.wasm")));
  } finally {
    rmSync(copy, { recursive: true });
  }
}, 300_000);

describe("in Node", () => {
  let project: Project;
  beforeAll(() => {
    project = makeProject();
    writeFileSync(join(project.folder, "package.json"), "{}");
  });
  afterAll(() => project?.remove());

  const PROGRAM = `
    const { train } = await import("./train.js");
    process.stdout.write(JSON.stringify(await train(library, { variant: "simd", threads: 2 })));
  `;
  const imported = (name: string) => `import * as library from "${name}"; ${PROGRAM}`;
  const required = `const library = require("simdgrad"); (async () => { ${PROGRAM} })();`;

  it.each([
    ["20", "mjs", "simdgrad", imported("simdgrad")],
    ["20", "mjs", "simdgrad/inline", imported("simdgrad/inline")],
    ["20", "cjs", "required", required],
    ["22", "cjs", "required", required],
    ["24", "cjs", "required", required],
    ["26", "cjs", "required", required],
    ["26", "mjs", "simdgrad/inline", imported("simdgrad/inline")],
  ])("%s, as a .%s program, trains with %s", async (version, extension, name, program) => {
    const file = `${name.replace("/", "-")}-${version}.${extension}`;
    writeFileSync(join(project.folder, file), program);
    const own = process.versions.node.startsWith(`${version}.`);
    const [command, ...rest] = own ? [process.execPath] : ["npx", "-y", `node@${version}`];
    const { stdout } = await promisify(execFile)(command as string, [...rest, file], { cwd: project.folder });
    const { losses, weights } = await trainInNode("simd", 2);
    expect(JSON.parse(stdout)).toMatchObject({ losses, weights, threads: 2, threadsReason: "requested" });
  });
});
