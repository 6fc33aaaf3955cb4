/** What screen readers say about a run: each change of status at once, epochs only now and then. */

import { effect, signal, untracked } from "@preact/signals";
import { percent } from "./numbers.js";
import { lastReport, status } from "./run-store.js";

/** Short epochs end faster than they can be spoken. */
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

/** The text in the page's live region. */
export const announcement = signal("");
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
