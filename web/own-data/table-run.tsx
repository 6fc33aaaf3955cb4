/** The run on own data: how far it is, its curves, and its speed. */

import { computed } from "@preact/signals";
import type uPlot from "uplot";
import { tableSettings } from "../page/location.js";
import { duration, percent, short } from "../page/numbers.js";
import { Chart, type Series } from "../parts/chart.js";
import { OneThreadNote } from "../parts/engine-line.js";
import { ProgressBar } from "../parts/progress-bar.js";
import { RunButtons } from "../parts/run-buttons.js";
import {
  failure,
  lastReport,
  lossCurve,
  pace,
  progress,
  ready,
  resume,
  run,
  runEpochs,
  scoreCurve,
  setPace,
  start,
  status,
  steer,
  task,
} from "./store.js";

const TITLES = {
  idle: "Ready",
  starting: "Starting",
  running: "Training",
  paused: "Paused",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
} as const;

const SERIES: readonly Series[] = [
  { name: "training", colour: "--first" },
  { name: "validation", colour: "--second" },
];

const lossText = (value: number) => value.toPrecision(3);
const accuracyText = (value: number) => percent(value, 0);
const r2Text = (value: number) => value.toFixed(2);
const lossRange: uPlot.Range.Function = (_, low, high) => [0, high > 0 ? high * 1.05 : low + 1];
const accuracyRange: uPlot.Range.Function = (_, low) => [Math.max(0, Math.floor(((low ?? 0) - 0.02) * 20) / 20), 1];
/** R² of a network that has learnt nothing may be far below zero: that is cut off. */
const r2Range: uPlot.Range.Function = (_, low) => [Math.max(-1, Math.min(0, low ?? 0)), 1];

const BUTTONS = { status, ready, start, steer, resume };

const title = computed(() => TITLES[status.value]);
const epoch = computed(() => (progress.value ? `${progress.value.epoch} / ${progress.value.epochs}` : "–"));
const rate = computed(() => (progress.value ? short(progress.value.samplesPerSecond) : "–"));
const isClasses = computed(() => (run.value ?? task.value)?.task !== "regression");
const score = computed(() => {
  const report = lastReport.value;
  if (!report) return "–";
  return isClasses.value ? percent(report.valAccuracy) : (report.valR2?.toFixed(3) ?? "–");
});
const lossSummary = computed(() => {
  const report = lastReport.value;
  if (!report) return "Loss over the epochs; none is finished yet.";
  return `Loss over the epochs. After epoch ${report.epoch}: training ${lossText(report.trainLoss)}, validation ${lossText(report.valLoss ?? Number.NaN)}.`;
});
const scoreSummary = computed(() => {
  const report = lastReport.value;
  const name = isClasses.value ? "Accuracy" : "R²";
  if (!report) return `${name} over the epochs; none is finished yet.`;
  return `${name} over the epochs. After epoch ${report.epoch}: validation ${score.value}.`;
});

export function TableRun() {
  return (
    <section class="run" aria-label="Run">
      <RunButtons run={BUTTONS} />
      <PaceChoice />
      <Progress />
      <dl class="figures">
        <Figure name={title} nameId="status" value={epoch} unit="epoch" />
        <Figure name="Rate" value={rate} unit="samples / s" />
        <Figure name="Time left" value={timeLeft} unit="" />
        <Figure name="Validation" value={score} valueId="score" unit={isClasses.value ? "accuracy" : "R²"} />
      </dl>
      {tableSettings.value.threads !== 1 && <OneThreadNote />}
      {failure.value && (
        <p class="notice" role="alert">
          {failure.value}
        </p>
      )}
      <p class="visually-hidden" role="status">
        {title}
      </p>
    </section>
  );
}

/** Of the wait between epochs too. */
const timeLeft = computed(() => {
  const now = progress.value;
  if (!now || status.value !== "running") return "–";
  const waiting = pace.value > 0 ? (now.epochs - now.epoch) / pace.value : 0;
  return duration(Math.max(now.secondsLeft, waiting));
});

type Text = string | typeof title | typeof epoch;

interface FigureProps {
  readonly name: Text;
  readonly value: Text;
  readonly unit: string;
  /** How tests find them. */
  readonly nameId?: string;
  readonly valueId?: string;
}

function Figure({ name, value, unit, nameId, valueId }: FigureProps) {
  return (
    <div>
      <dt data-testid={nameId}>{name}</dt>
      <dd data-testid={valueId}>
        {value} <small>{unit}</small>
      </dd>
    </div>
  );
}

function Progress() {
  const now = progress.value;
  const done = now ? (now.epoch - 1 + now.batch / now.batches) / now.epochs : 0;
  const where = now ? `epoch ${now.epoch} of ${now.epochs}` : "not started";
  return <ProgressBar label="Training" share={done} text={`${percent(done, 0)}, ${where}`} />;
}

function PaceChoice() {
  return (
    <div class="choice">
      <label for="pace">Speed</label>
      <select id="pace" value={pace.value} onChange={({ currentTarget }) => setPace(Number(currentTarget.value))}>
        <option value={5}>5 epochs a second</option>
        <option value={20}>20 epochs a second</option>
        <option value={100}>100 epochs a second</option>
        <option value={0}>As fast as it goes</option>
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
