/** The MNIST run's buttons, progress and messages. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { percent } from "../page/numbers.js";
import { lastReport, run, status } from "../page/run-store.js";
import { MissingNote } from "./engine-notes.js";
import { RunButtons } from "./run-buttons.js";
import { RunFigures, RunMessages, RunProgress } from "./run-figures.js";

const accuracy = computed(() => percent(lastReport.value?.valAccuracy));

/** Short epochs end before a screen reader has spoken. */
const MILLISECONDS = 15_000;

const SPOKEN = {
  idle: "",
  starting: "",
  running: "Training",
  paused: "Training paused",
  stopped: "Training stopped",
  finished: "Training finished",
  failed: "Training failed",
} as const;

/** The live region's text: each change of status at once, epochs only now and then. */
const announcement = signal("");
let spoken = 0;

effect(() => announce(SPOKEN[status.value]));
effect(() => {
  if (lastReport.value && performance.now() - spoken > MILLISECONDS) announce("");
});

function announce(state: string): void {
  const report = untracked(() => lastReport.value);
  const result = report ? `Epoch ${report.epoch}: validation accuracy ${percent(report.valAccuracy)}` : "";
  announcement.value = [state, state === "Training" ? "" : result].filter(Boolean).join(". ");
  spoken = performance.now();
}

export function RunControls() {
  return (
    <section class="run" aria-label="Run">
      <RunButtons />
      <RunProgress run={run} />
      <RunFigures run={run} score={accuracy} scoreUnit="accuracy" scoreId="accuracy" />
      <MissingNote />
      <RunMessages run={run} />
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </section>
  );
}
