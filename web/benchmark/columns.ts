/** The benchmark's lines as tables: the same columns on the page and in Markdown. */

import type { PagePart, PageResult } from "../../src/app/benchmark/page.js";

export interface BenchmarkTable {
  readonly title: string;
  /** The first columns: what a line measures. */
  readonly note: string;
  readonly heads: readonly string[];
  /** How many columns from the left are texts; the others are numbers. */
  readonly texts: number;
  readonly rows: readonly (readonly string[])[];
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const number = (value: number) => (value >= 100 ? whole.format(value) : value.toPrecision(3));
const share = (value: number) => `${(value * 100).toFixed(0)} %`;
const TRANSPOSED = { NN: "A·B", NT: "A·Bᵀ", TN: "Aᵀ·B" } as const;

/** The lines of one part of the benchmark. */
export function tableOf(part: PagePart, results: readonly PageResult[]): BenchmarkTable {
  if (part === "train") return trainTable(results);
  return part === "gemm" ? gemmTable(results) : kernelTable(results);
}

function trainTable(results: readonly PageResult[]): BenchmarkTable {
  return {
    title: "Training step",
    note: "784 → 100 → 200 → 10 with ReLU on MNIST, 32 rows a step. Sparse passes over pixels that are zero; its GFLOP/s count them, so that its share can exceed 100 %.",
    heads: ["Input", "Threads", "Samples / s", "µs / step", "GFLOP/s", "Of the limit", "Spread"],
    texts: 1,
    rows: results.flatMap((line) =>
      line.bench === "train"
        ? [
            [
              line.path,
              String(line.threads),
              number(line.samplesPerSecond),
              number(line.microsecondsPerStep),
              number(line.gflops),
              share(line.limitShare),
              share(line.spread),
            ],
          ]
        : [],
    ),
  };
}

function gemmTable(results: readonly PageResult[]): BenchmarkTable {
  return {
    title: "Matrix products",
    note: "Each element of C [m, n] is a sum of k products. The limit is the rate of multiply-adds in one core's registers, measured in turn with each line, times the threads.",
    heads: ["Product", "m × n × k", "Threads", "GFLOP/s", "Limit", "Of the limit", "Spread"],
    texts: 2,
    rows: results.flatMap((line) =>
      line.bench === "gemm"
        ? [
            [
              TRANSPOSED[line.trans],
              `${line.m} × ${line.n} × ${line.k}`,
              String(line.threads),
              number(line.gflops),
              number(line.threads * line.peakGflops),
              share(line.limitShare),
              share(line.spread),
            ],
          ]
        : [],
    ),
  };
}

function kernelTable(results: readonly PageResult[]): BenchmarkTable {
  return {
    title: "Other kernels",
    note: "Bytes read and written on one thread, compared with a copy of as many bytes in the same memory.",
    heads: ["Kernel", "Elements", "GB/s", "Copy", "Of the copy", "Spread"],
    texts: 1,
    rows: results.flatMap((line) =>
      line.bench === "kernels"
        ? [
            [
              line.kernel,
              whole.format(line.elements),
              number(line.gbPerSecond),
              number(line.copyGbPerSecond),
              share(line.copyShare),
              share(line.spread),
            ],
          ]
        : [],
    ),
  };
}

/** The setup of the benchmark, by name. */
export type Setup = Readonly<Record<string, string>>;

/** Setup and tables as GitHub Markdown. */
export function toMarkdown(setup: Setup, tables: readonly BenchmarkTable[]): string {
  const lines = Object.entries(setup).map(([name, value]) => `- ${name}: ${value}`);
  const texts = tables
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, heads, texts: left, rows }) => {
      const rule = heads.map((_, column) => (column < left ? "---" : "---:"));
      return [`### ${title}`, "", ...[heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
    });
  return `${[["## simdgrad", "", ...lines].join("\n"), ...texts].join("\n\n")}\n`;
}
