/** Start, pause, step, stop, resume; how far the run is. Each part watches only what it shows: updates come many times a second. */

import { computed } from "@preact/signals";
import { announcement } from "../page/announcements.js";
import { duration, percent, short } from "../page/numbers.js";
import { failure, lastReport, progress, status } from "../page/run-store.js";
import { OneThreadNote } from "./engine-line.js";
import { ProgressBar } from "./progress-bar.js";
import { RunButtons } from "./run-buttons.js";

const TITLES = {
  idle: "Ready",
  starting: "Starting",
  running: "Training",
  paused: "Paused",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
} as const;

const title = computed(() => TITLES[status.value]);
const epoch = computed(() => (progress.value ? `${progress.value.epoch} / ${progress.value.epochs}` : "–"));
const rate = computed(() => (progress.value ? short(progress.value.samplesPerSecond) : "–"));
const left = computed(() =>
  progress.value && status.value === "running" ? duration(progress.value.secondsLeft) : "–",
);
const accuracy = computed(() => percent(lastReport.value?.valAccuracy));

export function RunControls() {
  return (
    <section class="run" aria-label="Run">
      <RunButtons />
      <RunProgress />
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
            {rate} <small>samples / s</small>
          </dd>
        </div>
        <div>
          <dt>Time left</dt>
          <dd>
            {left} <small />
          </dd>
        </div>
        <div>
          <dt>Validation</dt>
          <dd data-testid="accuracy">
            {accuracy} <small>accuracy</small>
          </dd>
        </div>
      </dl>
      <OneThreadNote />
      <Failure />
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </section>
  );
}

/** How much of the run is done. */
export function RunProgress() {
  const now = progress.value;
  const done = now ? (now.epoch - 1 + now.batch / now.batches) / now.epochs : 0;
  const where = now ? `epoch ${now.epoch} of ${now.epochs}, batch ${now.batch} of ${now.batches}` : "not started";
  return <ProgressBar label="Training" share={done} text={`${percent(done, 0)}, ${where}`} />;
}

/** What went wrong last. */
export function Failure() {
  if (!failure.value) return null;
  return (
    <p class="notice" role="alert">
      {failure.value}
    </p>
  );
}
