import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const source = resolve(new URL("../src", import.meta.url).pathname);

/** What everything may import, beside itself. */
const COMMON = [
  "errors",
  "check-options",
  "check-json",
  "json-keys",
  "check-list",
  "check-weights",
  "typed-arrays",
  "turns",
  "crc32",
];

/** What each part of src may import beyond that, by folder or file. */
const ALLOWED: Record<string, readonly string[]> = {
  wasm: [],
  random: [],
  matrix: ["wasm"],
  "check-engine": ["wasm"],
  csr: ["check-engine", "wasm", "matrix"],
  initializers: ["random"],
  "engine-options": ["wasm"],
  engine: ["engine-options", "wasm", "matrix", "random", "data", "csr"],
  data: ["check-engine", "exact", "classes", "wasm", "matrix", "random", "engine", "csr"],
  parameter: ["check-engine", "wasm", "matrix", "engine"],
  layers: ["check-engine", "wasm", "matrix", "engine", "parameter", "initializers", "random", "csr"],
  losses: ["check-engine", "wasm", "matrix", "engine"],
  exact: [],
  "check-options": [],
  "typed-arrays": [],
  crc32: [],
  "check-list": [],
  "json-keys": [],
  "check-weights": [],
  classes: [],
  optimizers: ["check-engine", "wasm", "matrix", "engine", "parameter", "exact"],
  schedules: ["exact"],
  attachment: ["check-engine", "layers", "losses", "optimizers", "parameter", "engine"],
  summary: ["layers", "parameter"],
  evaluation: ["losses", "matrix"],
  turns: [],
  "state-dict": ["parameter"],
  "network-lease": [],
  inference: ["csr", "data", "engine", "evaluation", "losses", "matrix", "wasm"],
  network: [
    "attachment",
    "inference",
    "network-lease",
    "state-dict",
    "summary",
    "layers",
    "losses",
    "optimizers",
    "evaluation",
    "parameter",
    "matrix",
    "engine",
    "data",
    "csr",
  ],
  training: [
    "csr",
    "layers",
    "network-lease",
    "state-dict",
    "network",
    "losses",
    "optimizers",
    "evaluation",
    "formats",
    "random",
    "matrix",
    "engine",
    "data",
  ],
  node: ["data", "training"],
  trainer: ["training", "network", "data"],
  "gradient-check": ["check-engine", "layers", "losses", "parameter", "matrix", "engine", "random"],
  metrics: ["classes"],
  estimators: [
    "classes",
    "exact",
    "random",
    "parameter",
    "state-dict",
    "network",
    "layers",
    "losses",
    "optimizers",
    "data",
    "matrix",
    "engine",
    "metrics",
  ],
  formats: ["state-dict", "network", "layers", "engine"],
};

/** The parts at the top may import all others. */
const TOP = ["cli", "index", "inline"];
const IMPORT = /^(?:import|export)\s(?:[^;]*?\sfrom\s)?["'](\.[^"']+)["']/gm;

const part = (path: string) => relative(source, path).split("/")[0]?.replace(/\.ts$/, "") as string;

const files = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join(source, file));

describe("imports go one way", () => {
  it.each(files.map((file) => [relative(source, file), file]))("%s", (_, file) => {
    const own = part(file);
    const text = readFileSync(file, "utf8");
    for (const [, target] of text.matchAll(IMPORT)) {
      const imported = part(resolve(file, "..", target as string).replace(/\.js$/, ".ts"));
      if (imported === own || COMMON.includes(imported) || TOP.includes(own)) continue;
      expect(ALLOWED[own], `${own} imports ${imported}`).toContain(imported);
    }
  });

  it("parsers and everything below the commands are free of Node, but for what reads files", () => {
    const allowed = /^(cli\/|node\/|wasm\/platform-node\.ts)/;
    for (const file of files.filter((path) => !allowed.test(relative(source, path)))) {
      expect(readFileSync(file, "utf8"), relative(source, file)).not.toMatch(/from "node:|import\("node:/);
    }
  });
});
