/** `npm run bench -- NAME`: prints a table or, with --json, one object per line; the first describes the machine and engine. */

import "../src/node/relaxed-flag.js";
import { availableParallelism, cpus } from "node:os";
import v8 from "node:v8";
import vm from "node:vm";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { Context } from "../src/app/benchmark/context.js";
import { benchGemm } from "../src/app/benchmark/gemm.js";
import { benchKernels } from "../src/app/benchmark/kernels.js";
import { benchPage } from "../src/app/benchmark/page.js";
import { benchTrain } from "../src/app/benchmark/train.js";
import { integer, type Value } from "../src/app/settings/values.js";
import { createEngine, type Variant } from "../src/index.js";
import { loadMnist } from "../src/node/mnist-files.js";
import { benchBrowser } from "./browser.js";
import { benchMemory } from "./memory.js";
import { benchOpenblas } from "./openblas.js";
import { benchOptimizers } from "./optimizers.js";
import { benchPeers } from "./peers.js";
import { benchSparse } from "./sparse.js";
import { benchTables } from "./tables.js";
import { benchThreads } from "./threads.js";

interface BenchOptions {
  readonly json?: boolean;
  readonly variant: Variant | "auto";
  readonly threads?: number;
  readonly revectorize?: boolean;
  readonly only?: string;
  readonly folder?: string;
  readonly seeds: readonly number[];
}

type Benchmark = (context: Context, options: BenchOptions) => AsyncIterable<object>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  gemm: (context) => benchGemm(context),
  kernels: (context) => benchKernels(context),
  threads: (context) => benchThreads(context),
  sparse: (context) => benchSparse(context),
  train: (context) => benchTrain(context),
  optimizers: (context) => benchOptimizers(context),
  openblas: (context) => benchOpenblas(context),
  page: (context) => benchPage(context),
  browser: (context) => benchBrowser(context),
  peers: ({ createEngine }, { only }) => benchPeers(createEngine, { only }),
  tables: (_, { folder, seeds }) => {
    if (folder === undefined) throw new Error("--folder: expected a folder of CSV files, got none");
    return benchTables(folder, seeds);
  },
  memory: async function* ({ createEngine }) {
    yield benchMemory(await createEngine(), collectedHeapBytes);
  },
};

const program = new Command("bench")
  .description("Measure the library. Medians; spread is the interquartile range over the median.")
  .addArgument(new Argument("<name>", "what to measure").choices(Object.keys(benchmarks)))
  .addOption(new Option("--json", "one JSON object a line"))
  .addOption(new Option("--variant <name>", "binary to run").choices(["auto", "simd", "relaxed"]).default("auto"))
  .addOption(
    new Option(
      "--threads <n>",
      "number of threads; for threads, train and page the largest (default: all cores)",
    ).argParser((text) => parse(integer(1, 64), text)),
  )
  .addOption(new Option("--revectorize", "V8's 256-bit vectors (Node from 23.5)"))
  .addOption(new Option("--only <text>", "for peers: this library and systems whose names contain this text"))
  .addOption(new Option("--folder <path>", "for tables: a folder of CSV files"))
  .addOption(new Option("--seeds <list>", "for tables: the seeds").argParser(seedList).default([1, 2, 3]))
  .action(run);

function seedList(text: string): number[] {
  return text.split(",").map((seed) => parse(integer(0), seed));
}

/** @throws InvalidArgumentError if the text is not a valid value */
function parse<T>(value: Value<T>, text: string): T {
  try {
    return value.parse(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function run(name: string, options: BenchOptions): Promise<void> {
  const { json, variant, threads, revectorize = false } = options;
  const context: Context = {
    createEngine: (more) => createEngine({ variant, revectorize, threads: threads ?? 1, ...more }),
    threads: threads ?? availableParallelism(),
    loadMnist: async () => (await loadMnist({ dtype: "uint8" })).train,
  };
  const engine = await context.createEngine();
  const { tile, ...info } = engine.info();
  engine.dispose();
  if (revectorize && !info.revectorize) console.error(`--revectorize: ${info.revectorizeReason}`);
  const setup = {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    node: process.versions.node,
    v8: process.versions.v8,
    variant: info.variant,
    revectorize: info.revectorize,
    tile,
  };
  if (json) console.log(JSON.stringify({ bench: "setup", ...setup }));
  else
    console.log(
      Object.entries(setup)
        .map(([key, value]) => `${key} ${value}`)
        .join(", "),
    );
  const rows: object[] = [];
  for await (const row of (benchmarks[name] as Benchmark)(context, options)) {
    if (json) console.log(JSON.stringify(row));
    rows.push(readable(row));
  }
  if (!json) console.table(rows);
}

/** Rounds the figures for reading and leaves the benchmark's name out. */
function readable(row: object): object {
  const { bench: _, ...rest } = row as Record<string, unknown>;
  const round = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, Number.isInteger(value) ? value : round(value)]),
  );
}

/** Size of the JavaScript heap after a full garbage collection. */
function collectedHeapBytes(): number {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

await program.parseAsync();
