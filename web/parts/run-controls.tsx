/** Start, pause, step, stop, resume; how far the run is. */

import { computed } from "@preact/signals";
import { announcement } from "../page/announcements.js";
import { percent } from "../page/numbers.js";
import { lastReport, run } from "../page/run-store.js";
import { MissingNote } from "./missing-note.js";
import { RunButtons } from "./run-buttons.js";
import { RunFigures, RunMessages, RunProgress } from "./run-figures.js";

const accuracy = computed(() => percent(lastReport.value?.valAccuracy));

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
