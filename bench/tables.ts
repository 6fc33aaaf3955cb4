/** `tables`: test scores of `simdgrad train` on a folder of tables: by default, with all epochs, and with less patience. */

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** One line of the benchmark: means and standard deviations over the seeds. */
export interface TablesResult {
  readonly bench: "tables";
  readonly table: string;
  readonly score: "accuracy" | "r2";
  readonly default: number;
  readonly defaultSpread: number;
  /** Epochs trained, and the epoch kept. */
  readonly epochs: number;
  readonly kept: number;
  readonly none: number;
  readonly noneSpread: number;
  readonly ten: number;
  readonly tenSpread: number;
}

/** Targets of the tables for which the command does not guess one. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  titanic: ["--target", "Survived"],
  abalone: ["--target", "rings"],
  letter: ["--target", "lettr"],
  "german-credit": ["--target", "Risk"],
  "seoul-bikes": ["--target", "Rented Bike Count"],
  diamonds: ["--target", "price"],
};

const SETUPS = {
  default: [],
  none: ["--early-stopping", "none"],
  ten: ["--early-stopping", "10", "--epochs", "100"],
} as const;

const COMMAND = fileURLToPath(new URL("../build/cli/main.js", import.meta.url));

/**
 * Yields a line per CSV file in the folder. The seed decides the test rows, which are the same for all three.
 *
 * @throws Error if the command, which must have been built, fails
 */
export async function* benchTables(folder: string, seeds: readonly number[]): AsyncGenerator<TablesResult> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".csv")).sort();
  if (files.length === 0) throw new Error(`${folder}: expected CSV files, got none`);
  const out = await mkdtemp(join(tmpdir(), "bench-tables-"));
  try {
    for (const file of files) yield await measureTable(join(folder, file), seeds, out);
  } finally {
    await rm(out, { recursive: true });
  }
}

async function measureTable(path: string, seeds: readonly number[], out: string): Promise<TablesResult> {
  const { name } = parse(path);
  const runs: Record<keyof typeof SETUPS, Summary[]> = { default: [], none: [], ten: [] };
  for (const seed of seeds) {
    for (const setup of Object.keys(SETUPS) as (keyof typeof SETUPS)[]) {
      const settings = [...(OPTIONS[name] ?? []), "--seed", String(seed), ...SETUPS[setup]];
      runs[setup].push(await train(path, [...settings, "--out", join(out, `${name}-${setup}-${seed}`)]));
    }
  }
  const score = runs.default[0]?.test.accuracy === undefined ? "r2" : "accuracy";
  const [byDefault, none, ten] = [runs.default, runs.none, runs.ten].map((all) =>
    meanAndSpread(all.map(({ test }) => test[score] as number)),
  ) as [Figures, Figures, Figures];
  return {
    bench: "tables",
    table: name,
    score,
    default: byDefault.mean,
    defaultSpread: byDefault.spread,
    epochs: meanAndSpread(runs.default.map(({ epochs }) => epochs.length)).mean,
    kept: meanAndSpread(runs.default.map(({ epochs, bestEpoch }) => bestEpoch ?? epochs.length)).mean,
    none: none.mean,
    noneSpread: none.spread,
    ten: ten.mean,
    tenSpread: ten.spread,
  };
}

interface Summary {
  readonly epochs: readonly unknown[];
  readonly bestEpoch?: number;
  readonly test: { readonly accuracy?: number; readonly r2?: number };
}

async function train(path: string, settings: readonly string[]): Promise<Summary> {
  const words = [COMMAND, "train", path, ...settings, "--threads", "1", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Summary;
}

interface Figures {
  readonly mean: number;
  readonly spread: number;
}

function meanAndSpread(values: readonly number[]): Figures {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
