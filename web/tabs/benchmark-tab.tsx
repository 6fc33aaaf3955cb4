/** Measures the kernels and a training step, and shows what limits them. */

import { PAGE_PARTS, type PagePart, type PageResult } from "../../src/app/benchmark/page.js";
import type { EngineInfo } from "../../src/index.js";
import {
  benchmarkCopied,
  benchmarkEngine,
  benchmarkFailure,
  benchmarkProgress,
  benchmarkStatus,
  parts,
  results,
  startBenchmark,
  stopBenchmark,
  variant,
} from "../benchmark/benchmark-run.js";
import { type Brands, nameBrowser } from "../benchmark/browser-name.js";
import { type BenchmarkTable, type Setup, tableOf, toMarkdown } from "../benchmark/columns.js";
import { percent } from "../page/numbers.js";
import { Button } from "../parts/button.js";
import { CopyText } from "../parts/copy-text.js";
import { ProgressBar } from "../parts/progress-bar.js";

const PART_TITLES: Readonly<Record<PagePart, string>> = {
  train: "Training step",
  gemm: "Matrix products",
  kernels: "Other kernels",
};
const VARIANT_TITLES = { auto: "Fastest here", relaxed: "Relaxed SIMD (fused)", simd: "Plain SIMD" } as const;
const STATUS = {
  idle: "Not started",
  running: "Measuring",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
} as const;

export function BenchmarkTab() {
  const tables = PAGE_PARTS.map((part) => ({ part, table: tableOf(part, results.value) })).filter(
    ({ table }) => table.rows.length > 0,
  );
  return (
    <div class="benchmark">
      <div class="intro">
        <div>
          <h1>How fast is it on this machine?</h1>
          <p>
            The same measurements as <code>npm run bench -- page</code> in Node: medians of warmed-up runs. Close other
            busy programs, and keep this tab in front.
          </p>
        </div>
      </div>
      <Controls />
      {benchmarkEngine.value && <EngineReport info={benchmarkEngine.value} />}
      {tables.map(({ part, table }) => (
        <ResultTable key={part} table={table} lines={results.value.filter(({ bench }) => bench === part)} />
      ))}
      {tables.length > 0 && benchmarkStatus.value !== "running" && <CopyMarkdown tables={tables.map((t) => t.table)} />}
    </div>
  );
}

function Controls() {
  const running = benchmarkStatus.value === "running";
  const text = `${STATUS[benchmarkStatus.value]}${running ? `, ${percent(benchmarkProgress.value, 0)}` : ""}`;
  return (
    <section class="run" aria-label="Benchmark">
      <fieldset class="choices" disabled={running}>
        <legend class="visually-hidden">What to measure</legend>
        {PAGE_PARTS.map((part) => (
          <label key={part} class="choice">
            <input
              type="checkbox"
              checked={parts.value.includes(part)}
              onChange={({ currentTarget }) => {
                const wanted = new Set(parts.value);
                if (currentTarget.checked) wanted.add(part);
                else wanted.delete(part);
                parts.value = PAGE_PARTS.filter((name) => wanted.has(name));
              }}
            />
            {PART_TITLES[part]}
          </label>
        ))}
        <div class="choice">
          <label for="benchmark-variant">Arithmetic</label>
          <select
            id="benchmark-variant"
            value={variant.value}
            onChange={({ currentTarget }) => {
              variant.value = currentTarget.value as typeof variant.value;
            }}
          >
            {Object.entries(VARIANT_TITLES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
      <div class="buttons">
        <Button class="primary" off={running || parts.value.length === 0} onClick={startBenchmark}>
          {results.value.length > 0 ? "Measure again" : "Start measuring"}
        </Button>
        <Button off={!running} onClick={stopBenchmark}>
          Stop
        </Button>
      </div>
      <ProgressBar label="Benchmark" share={benchmarkProgress.value} text={text} />
      <p class="hint" role="status">
        {STATUS[benchmarkStatus.value]}
        {benchmarkStatus.value === "finished" && `: ${results.value.length} lines`}
        {parts.value.length === 0 && ". Select what to measure."}
      </p>
      {benchmarkFailure.value && (
        <p class="notice" role="alert">
          {benchmarkFailure.value}
        </p>
      )}
    </section>
  );
}

function EngineReport({ info }: { readonly info: EngineInfo }) {
  return (
    <section class="engine" aria-labelledby="engine-title">
      <h2 id="engine-title">What it runs on</h2>
      <dl>
        {Object.entries(describeSetup(info)).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The engine's choices, each with its reason. */
function describeSetup(info: EngineInfo): Setup {
  const { userAgentData } = navigator as { userAgentData?: { brands?: Brands; platform?: string } };
  const { browser, engine } = nameBrowser(navigator.userAgent, userAgentData?.brands);
  return {
    Browser: `${browser}, ${engine}${userAgentData?.platform ? `, ${userAgentData.platform}` : ""}`,
    Cores: `${navigator.hardwareConcurrency} reported by the browser`,
    Binary: `${info.variant} SIMD – ${info.variantReason}`,
    Threads: `${info.threads} – ${info.threadsReason}`,
    Tile: `${info.tile} – ${info.tileReason}`,
    "256-bit vectors": `${info.revectorize ? "on" : "off"} – ${info.revectorizeReason}`,
  };
}

interface ResultProps {
  readonly table: BenchmarkTable;
  /** The unrounded figures of the rows, as data attributes. */
  readonly lines: readonly PageResult[];
}

function ResultTable({ table: { title, note, heads, texts, rows }, lines }: ResultProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p class="hint">{note}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label={`${title}, table`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heads.map((head, column) => (
                <th key={head} scope="col" class={column < texts ? "" : "number"}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              <tr key={row} {...figures(lines[row])}>
                {cells.map((cell, column) => (
                  <td key={heads[column]} class={column < texts ? "" : "number"}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** `data-bench`, `data-path`, `data-threads`, `data-samples-per-second`, … for programs that read the page. */
function figures(line: PageResult | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(line ?? {}).map(([name, value]) => [
      `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ]),
  );
}

function CopyMarkdown({ tables }: { readonly tables: readonly BenchmarkTable[] }) {
  const text = () => (benchmarkEngine.value ? toMarkdown(describeSetup(benchmarkEngine.value), tables) : "");
  const onCopied = () => {
    benchmarkCopied.value = true;
  };
  return (
    <div class="copy">
      <CopyText title="Copy as Markdown" name="Benchmark as Markdown" text={text} rows={12} onCopied={onCopied} />
    </div>
  );
}
