/** Start, pause, step, stop, resume; how far the run is. */

import { duration, percent, short } from "../page/numbers.js";
import { failure, progress, ready, reports, resume, start, status, steer } from "../page/run-store.js";
import { ProgressBar } from "./progress-bar.js";

const TITLES = {
  idle: "Ready",
  starting: "Starting",
  running: "Training",
  paused: "Paused",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
} as const;

export function RunControls() {
  const now = progress.value;
  const state = status.value;
  const done = now ? (now.epoch - 1 + now.batch / now.batches) / now.epochs : 0;
  const where = now ? `epoch ${now.epoch} of ${now.epochs}, batch ${now.batch} of ${now.batches}` : "not started";
  const last = reports.value.at(-1);
  return (
    <section class="run" aria-label="Run">
      <Buttons />
      <ProgressBar label="Training" share={done} text={`${percent(done, 0)}, ${where}`} />
      <dl class="figures">
        <Figure name={TITLES[state]} value={now ? `${now.epoch} / ${now.epochs}` : "–"} unit="epoch" />
        <Figure name="Rate" value={now ? short(now.samplesPerSecond) : "–"} unit="samples / s" />
        <Figure name="Time left" value={now && state === "running" ? duration(now.secondsLeft) : "–"} unit="" />
        <Figure name="Validation" value={percent(last?.valAccuracy)} unit="accuracy" />
      </dl>
      {!crossOriginIsolated && (
        <p class="hint">
          One thread only: this server does not send the headers COOP and COEP, without which browsers share no memory
          between threads. The weights will be the same, to the last bit.
        </p>
      )}
      {failure.value && (
        <p class="notice" role="alert">
          {failure.value}
        </p>
      )}
      <p class="visually-hidden" role="status">
        {TITLES[state]}
        {last && `. Epoch ${last.epoch} done: validation accuracy ${percent(last.valAccuracy)}`}
      </p>
    </section>
  );
}

function Buttons() {
  const state = status.value;
  const active = state === "running" || state === "paused";
  const over = state === "stopped" || state === "finished";
  return (
    <fieldset class="buttons" aria-label="Run controls">
      {active ? (
        <button type="button" class="primary" onClick={() => steer(state === "running" ? "pause" : "continue")}>
          {state === "running" ? "Pause" : "Continue"}
        </button>
      ) : (
        <button type="button" class="primary" disabled={!ready.value || state === "starting"} onClick={() => start()}>
          {over || state === "failed" ? "Start over" : "Start training"}
        </button>
      )}
      <button
        type="button"
        disabled={!ready.value || state === "starting" || state === "running" || over}
        onClick={() => (active ? steer("step") : start(true))}
      >
        Step
      </button>
      <button type="button" disabled={!active} onClick={() => steer("stop")}>
        Stop
      </button>
      <button type="button" disabled={!over} onClick={resume}>
        Resume
      </button>
    </fieldset>
  );
}

function Figure({ name, value, unit }: { readonly name: string; readonly value: string; readonly unit: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} <small>{unit}</small>
      </dd>
    </div>
  );
}
