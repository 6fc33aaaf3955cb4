import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { forbiddenImports, importGraph, importRings, type Sources } from "./imports.js";

const root = resolve(new URL("..", import.meta.url).pathname);

/** What each room may import. A room is a folder or a file; what it may import, too. From the bottom to the top. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "src/checks": [],
  "src/event-loop.ts": ["src/checks"],
  "src/codecs": ["src/checks"],
  "src/wasm": ["src/checks", "src/event-loop.ts"],
  "src/engine": ["src/checks", "src/wasm"],
  "src/dataset": ["src/checks", "src/wasm", "src/engine"],
  "src/create-engine.ts": ["src/checks", "src/wasm", "src/engine", "src/dataset"],
  "src/network": ["src/checks", "src/event-loop.ts", "src/wasm", "src/engine", "src/dataset", "src/create-engine.ts"],
  "src/metrics": ["src/checks", "src/dataset"],
  "src/tables": ["src/checks", "src/codecs", "src/engine", "src/dataset"],
  "src/digits": ["src/checks", "src/codecs", "src/dataset"],
  "src/formats": ["src/checks", "src/codecs", "src/create-engine.ts", "src/network"],
  "src/training": ["src/checks", "src/event-loop.ts", "src/engine", "src/dataset", "src/network", "src/formats"],
  "src/estimators": [
    "src/checks",
    "src/event-loop.ts",
    "src/engine",
    "src/dataset",
    "src/create-engine.ts",
    "src/network",
    "src/metrics",
    "src/training",
  ],
  "src/index.ts": [
    "src/checks",
    "src/event-loop.ts",
    "src/wasm",
    "src/engine",
    "src/dataset",
    "src/create-engine.ts",
    "src/network",
    "src/metrics",
    "src/tables",
    "src/formats",
    "src/training",
    "src/estimators",
  ],
  "src/inline.ts": ["src/index.ts"],
  "src/app": [
    "src/checks",
    "src/engine",
    "src/dataset",
    "src/create-engine.ts",
    "src/network",
    "src/metrics",
    "src/tables",
    "src/digits",
    "src/formats",
    "src/training",
    "src/index.ts",
  ],
  "src/node": ["src/checks", "src/digits", "src/training"],
};

const LIBRARY = Object.keys(ROOMS);

/** The kernels, from the bottom to the top. */
const KERNELS: Readonly<Record<string, readonly string[]>> = {
  "assembly/runtime": [],
  "assembly/elements": ["assembly/runtime"],
  "assembly/rows": ["assembly/runtime", "assembly/elements"],
  "assembly/steps": ["assembly/runtime", "assembly/elements"],
  "assembly/products": ["assembly/runtime", "assembly/elements"],
  "assembly/checks.ts": ["assembly/runtime", "assembly/rows"],
  "assembly/index.ts": [
    "assembly/runtime",
    "assembly/elements",
    "assembly/rows",
    "assembly/steps",
    "assembly/products",
    "assembly/checks.ts",
  ],
};

/** Programs over the library. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "src/cli": LIBRARY,
  web: LIBRARY,
  bench: LIBRARY,
};

/** Text of each source file below the folders. */
function read(...folders: readonly string[]): Sources {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const files = paths.filter((path) => /\.tsx?$/.test(path));
  return new Map(files.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

describe("imports", () => {
  const sources = read("src", "web", "bench", "assembly");
  const graph = importGraph(sources);
  const table = { ...ROOMS, ...KERNELS, ...PROGRAMS };

  it("go only where the table of rooms says", () => {
    expect(forbiddenImports(graph, table)).toEqual([]);
  });

  it("make no ring, by types or otherwise", () => {
    expect(importRings(graph)).toEqual([]);
  });

  it("go up in no room: each may import only rooms that stand before it", () => {
    const rooms = Object.keys(ROOMS);
    const upward = Object.entries(ROOMS).flatMap(([room, allowed]) =>
      allowed.filter((other) => rooms.indexOf(other) >= rooms.indexOf(room)).map((other) => `${room}: ${other}`),
    );
    expect(upward).toEqual([]);
  });

  it.each([
    ["upwards", "src/engine/matrix.ts", 'import { Network } from "../network/network.js";'],
    ["by type", "src/engine/matrix.ts", 'import type { Dataset } from "../dataset/dataset.js";'],
    ["by a type within a type", "src/wasm/memory.ts", 'let x: import("../engine/matrix.js").Matrix;'],
    ["dynamically", "src/tables/csv/csv.ts", 'const load = () => import("../../formats/npy.js");'],
    ["by a re-export", "src/checks/errors.ts", 'export { Matrix } from "../engine/matrix.js";'],
    ["for its effect", "src/formats/npy.ts", 'import "../training/fit.js";'],
    ["as a worker", "src/wasm/threads.ts", 'new Worker(new URL("../cli/main.js", import.meta.url));'],
    ["from the page to the tests", "web/app.tsx", 'import { readTable } from "../test/read-sample.js";'],
    ["from the page to the command", "web/app.tsx", 'import { printable } from "../src/cli/terminal.js";'],
    ["from the page to the benchmarks", "web/app.tsx", 'import { benchSparse } from "../bench/sparse.js";'],
    ["from a benchmark to the tests", "bench/sparse.ts", 'import { readTable } from "../test/read-sample.js";'],
    ["from a benchmark to the command", "bench/sparse.ts", 'import { flagOf } from "../src/cli/options.js";'],
    ["from the application to Node's files", "src/app/prediction.ts", 'import "../node/relaxed-flag.js";'],
    ["from a benchmark to the page", "bench/sparse.ts", 'import { Curve } from "../web/page/curve.js";'],
    [
      "from a kernel at the bottom to one above",
      "assembly/runtime/lanes.ts",
      'import { gemm } from "../products/gemm";',
    ],
    ["from nowhere: a file in no room", "src/utils.ts", "export {};"],
  ])("are refused %s", (_, path, line) => {
    const seeded = new Map([
      ...read("src", "web", "bench", "test", "assembly"),
      [path, `${line}\n${sources.get(path)}`],
    ]);
    const forbidden = forbiddenImports(importGraph(seeded), { ...table, test: Object.keys(table) });
    expect(forbidden.filter((found) => found.startsWith(path))).not.toEqual([]);
  });

  it("are refused in a ring within a folder", () => {
    const path = "src/engine/random.ts";
    const seeded = new Map([...sources, [path, `import type { Runtime } from "./runtime.js";\n${sources.get(path)}`]]);
    expect(importRings(importGraph(seeded))).toContainEqual([path, "src/engine/runtime.ts"]);
  });
});

const ASKS_FOR_NODE = /(from |import |import\()"node:/;

describe("Node", () => {
  it("is asked for by the rooms that read files, and nowhere else", () => {
    const allowed = /^src\/(cli|node)\/|^src\/wasm\/platform-node\.ts$/;
    for (const [path, text] of read("src")) {
      if (!allowed.test(path)) expect(text, path).not.toMatch(ASKS_FOR_NODE);
    }
  });

  it.each(['import { readFile } from "node:fs/promises";', 'await import("node:os")', 'import "node:process";'])(
    "is seen in: %s",
    (line) => {
      expect(`${line}\n${read("src").get("src/app/prediction.ts")}`).toMatch(ASKS_FOR_NODE);
    },
  );
});
