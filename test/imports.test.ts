import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const source = resolve(new URL("../src", import.meta.url).pathname);

/** What each part of src may import, by folder or file; everything may import itself and `errors`. */
const ALLOWED: Record<string, readonly string[]> = {
  wasm: [],
  random: [],
  matrix: ["wasm"],
  csr: ["wasm", "matrix"],
  initializers: ["random"],
  "engine-options": ["check-options", "wasm"],
  engine: ["check-options", "engine-options", "wasm", "matrix", "random", "data", "csr"],
  data: ["check-options", "check-list", "classes", "wasm", "matrix", "random", "engine", "csr"],
  parameter: ["matrix", "engine"],
  layers: ["check-options", "wasm", "matrix", "engine", "parameter", "initializers", "random", "csr"],
  losses: ["check-options", "wasm", "matrix", "engine"],
  exact: [],
  turns: ["check-options"],
  "turn-clock": ["turns"],
  "check-options": [],
  "check-list": ["check-options"],
  classes: ["check-options", "check-list"],
  optimizers: ["wasm", "matrix", "engine", "parameter", "exact", "check-options"],
  schedules: ["exact", "check-options"],
  attachment: ["check-options", "layers", "losses", "optimizers", "parameter", "engine"],
  summary: ["layers", "parameter"],
  evaluation: ["losses", "matrix"],
  network: [
    "attachment",
    "summary",
    "check-options",
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
    "check-options",
    "turns",
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
  node: ["training"],
  trainer: ["training", "network", "data"],
  "gradient-check": ["check-options", "layers", "losses", "parameter", "matrix", "engine", "random"],
  metrics: ["check-options", "check-list", "classes"],
  estimators: [
    "check-options",
    "check-list",
    "classes",
    "exact",
    "turn-clock",
    "random",
    "parameter",
    "network",
    "layers",
    "losses",
    "optimizers",
    "data",
    "matrix",
    "engine",
    "metrics",
  ],
  formats: ["check-options", "network", "layers", "engine"],
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
      if (imported === own || imported === "errors" || TOP.includes(own)) continue;
      expect(ALLOWED[own], `${own} imports ${imported}`).toContain(imported);
    }
  });

  it("parsers and everything below the commands are free of Node, but for what reads files", () => {
    const allowed = /^(cli\/|node\/|data\/(mnist-files|download)\.ts|wasm\/platform-node\.ts)/;
    for (const file of files.filter((path) => !allowed.test(relative(source, path)))) {
      expect(readFileSync(file, "utf8"), relative(source, file)).not.toMatch(/from "node:|import\("node:/);
    }
  });
});
