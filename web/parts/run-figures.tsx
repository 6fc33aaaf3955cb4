/** A run's progress and speed. Each number subscribes only to what it shows, because updates come many times a second. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { duration, percent, short } from "../page/numbers.js";
import type { RunState } from "../page/run-state.js";
import { ProgressBar } from "./progress-bar.js";

interface Props {
  readonly run: RunState;
  /** The network's score on the validation rows, and the score's name. */
  readonly score: ReadonlySignal<string>;
  readonly scoreUnit: string;
  readonly scoreId: string;
  /** Whether the rate is limited. */
  readonly held?: boolean;
}

export function RunFigures({ run, score, scoreUnit, scoreId, held = false }: Props) {
  const { progress, status, title } = run;
  const epoch = useComputed(() => (progress.value ? `${progress.value.epoch} / ${progress.value.epochs}` : "–"));
  const rate = useComputed(() => short(progress.value?.samplesPerSecond ?? Number.NaN));
  const left = useComputed(() =>
    status.value === "running" ? duration(progress.value?.secondsLeft ?? Number.NaN) : "–",
  );
  return (
    <dl class="figures">
      <div>
        <dt data-testid="status">{title}</dt>
        <dd>
          {epoch} <small>epoch</small>
        </dd>
      </div>
      <div>
        <dt>Rate</dt>
        <dd>
          <span data-testid="rate">{rate}</span> <small>samples / s{held && ", limited"}</small>
        </dd>
      </div>
      <div>
        <dt>Time left</dt>
        <dd>
          <span data-testid="time-left">{left}</span> <small>of the whole run</small>
        </dd>
      </div>
      <div>
        <dt>Validation</dt>
        <dd data-testid={scoreId}>
          {score} <small>{scoreUnit}</small>
        </dd>
      </div>
    </dl>
  );
}

/** The share of the run that is done. */
export function RunProgress({ run }: { readonly run: RunState }) {
  const now = run.progress.value;
  const done = now ? (now.epoch - 1 + now.batch / now.batches) / now.epochs : 0;
  const where = now ? `epoch ${now.epoch} of ${now.epochs}, batch ${now.batch} of ${now.batches}` : "not started";
  return <ProgressBar label="Training" share={done} text={`${percent(done, 0)}, ${where}`} />;
}

/** The last error, warnings, and notes on the run. */
export function RunMessages({ run }: { readonly run: RunState }) {
  return (
    <>
      {run.failure.value && (
        <p class="notice" role="alert">
          {run.failure.value}
        </p>
      )}
      {run.warning.value && (
        <p class="note" role="status">
          Warning: {run.warning.value}
        </p>
      )}
      {run.note.value && (
        <p class="note" role="status">
          {run.note.value}
        </p>
      )}
    </>
  );
}
