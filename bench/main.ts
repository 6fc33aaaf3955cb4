/** `npm run bench -- NAME [--json] [--variant simd|relaxed]`: a table, or one JSON object a line. */

import "../src/cli/relaxed-flag.js";
import { cpus } from "node:os";
import v8 from "node:v8";
import vm from "node:vm";
import { Argument, Command, Option } from "commander";
import { createEngine, type Engine, type Variant } from "../src/index.js";
import { benchGemm } from "./gemm.js";
import { benchMemory } from "./memory.js";
import { benchPeers } from "./peers.js";

const benchmarks: Record<string, (engine: Engine) => AsyncIterable<object> | Iterable<object>> = {
  gemm: benchGemm,
  memory: (engine) => [benchMemory(engine, collectedHeapBytes)],
  peers: benchPeers,
};

const program = new Command("bench")
  .addArgument(new Argument("<name>", "what to measure").choices(Object.keys(benchmarks)))
  .addOption(new Option("--json", "one JSON object a line"))
  .addOption(new Option("--variant <name>", "binary to run").choices(["auto", "simd", "relaxed"]).default("auto"))
  .action(run);

async function run(name: string, { json, variant }: { json?: boolean; variant: Variant | "auto" }): Promise<void> {
  const engine = await createEngine({ variant });
  const { tile, threads } = engine.info();
  if (!json) {
    console.log(`${cpus()[0]?.model.trim()}, Node ${process.versions.node} (V8 ${process.versions.v8})`);
    console.log(
      `${engine.info().variant} SIMD, tile ${tile}, threads ${threads}; medians, spread = interquartile range / median`,
    );
  }
  const rows: object[] = [];
  for await (const row of (benchmarks[name] as (engine: Engine) => AsyncIterable<object>)(engine)) {
    if (json) console.log(JSON.stringify(row));
    rows.push(readable(row));
  }
  if (!json) console.table(rows);
}

/** Figures rounded for reading, the share of the limit added, the benchmark's name left out. */
function readable(row: object): object {
  const { bench: _, ...rest } = row as Record<string, unknown>;
  const { gflops, peakGflops } = rest;
  if (typeof gflops === "number" && typeof peakGflops === "number") {
    rest["% of peak"] = (100 * gflops) / peakGflops;
  }
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
