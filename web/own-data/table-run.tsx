/** The run on a table: progress, curves and speed. */

import { computed } from "@preact/signals";
import type uPlot from "uplot";
import { tableSettings } from "../page/location.js";
import { percent } from "../page/numbers.js";
import { Chart, type Series } from "../parts/chart.js";
import { MissingNote } from "../parts/engine-notes.js";
import { RunButtons } from "../parts/run-buttons.js";
import { RunFigures, RunMessages, RunProgress } from "../parts/run-figures.js";
import {
  lastReport,
  lossCurve,
  pace,
  ready,
  resume,
  run,
  runEpochs,
  scoreCurve,
  setPace,
  start,
  started,
  task,
} from "./store.js";

const SERIES: readonly Series[] = [
  { name: "training", colour: "--first" },
  { name: "validation", colour: "--second" },
];

const lossText = (value: number) => value.toPrecision(3);
const accuracyText = (value: number) => percent(value, 0);
const r2Text = (value: number) => value.toFixed(2);
const lossRange: uPlot.Range.Function = (_, low, high) => [0, high > 0 ? high * 1.05 : low + 1];
const accuracyRange: uPlot.Range.Function = (_, low) => [Math.max(0, Math.floor(((low ?? 0) - 0.02) * 20) / 20), 1];
/** Cuts off values far below zero: R² has them before the network has learned anything. */
const r2Range: uPlot.Range.Function = (_, low) => [Math.max(-1, Math.min(0, low ?? 0)), 1];

const BUTTONS = { run, ready, start, resume };

const isClasses = computed(() => (started.value ?? task.value)?.task !== "regression");
const score = computed(() => {
  const report = lastReport.value;
  if (!report) return "–";
  return isClasses.value ? percent(report.valAccuracy) : (report.valR2?.toFixed(3) ?? "–");
});
const lossSummary = computed(() => {
  const report = lastReport.value;
  if (!report) return "Loss over the epochs. No epoch has finished yet.";
  return `Loss over the epochs. After epoch ${report.epoch}: training ${lossText(report.trainLoss)}, validation ${lossText(report.valLoss ?? Number.NaN)}.`;
});
const scoreSummary = computed(() => {
  const report = lastReport.value;
  const name = isClasses.value ? "Accuracy" : "R²";
  if (!report) return `${name} over the epochs. No epoch has finished yet.`;
  return `${name} over the epochs. After epoch ${report.epoch}: validation ${score.value}.`;
});

export function TableRun() {
  return (
    <section class="run" aria-label="Run">
      <RunButtons of={BUTTONS} />
      <PaceChoice />
      <RunProgress run={run} />
      <RunFigures
        run={run}
        score={score}
        scoreUnit={isClasses.value ? "accuracy" : "R²"}
        scoreId="score"
        held={pace.value > 0}
      />
      <MissingNote threads={tableSettings.value.threads !== 1} />
      <RunMessages run={run} />
      <p class="visually-hidden" role="status">
        {run.title}
      </p>
    </section>
  );
}

function PaceChoice() {
  return (
    <div class="choice">
      <label for="pace">Speed</label>
      <select id="pace" value={pace.value} onChange={({ currentTarget }) => setPace(Number(currentTarget.value))}>
        <option value={5}>5 epochs per second</option>
        <option value={20}>20 epochs per second</option>
        <option value={100}>100 epochs per second</option>
        <option value={0}>As fast as possible</option>
      </select>
    </div>
  );
}

export function TableCharts() {
  const classes = isClasses.value;
  return (
    <div class="charts">
      <Chart
        title="Loss"
        series={SERIES}
        curve={lossCurve}
        end={runEpochs}
        range={lossRange}
        format={lossText}
        summary={lossSummary}
      />
      <Chart
        title={classes ? "Accuracy" : "R²"}
        series={SERIES}
        curve={scoreCurve}
        end={runEpochs}
        range={classes ? accuracyRange : r2Range}
        format={classes ? accuracyText : r2Text}
        summary={scoreSummary}
      />
    </div>
  );
}
