/** Training on your own table. */

import { useSignalEffect } from "@preact/signals";
import { TABLE_DEFAULTS } from "../../src/app/settings/page-settings.js";
import { FileDrop } from "../own-data/file-drop.js";
import { OpenedModel } from "../own-data/opened-model.js";
import { Plane } from "../own-data/plane.js";
import { SAMPLES } from "../own-data/samples.js";
import { busy, failure, openFile, openLinked, openSample, reading, run, table, task } from "../own-data/store.js";
import { TablePreview } from "../own-data/table-preview.js";
import { TableResultView } from "../own-data/table-result.js";
import { TableCharts, TableRun } from "../own-data/table-run.js";
import { TABLE_ENDINGS } from "../page/drops.js";
import { tableChoice, tableSettings } from "../page/location.js";
import { Button } from "../parts/button.js";
import { SettingsContext } from "../parts/settings-context.js";
import { SettingsForm } from "../parts/settings-form.js";

const SETTINGS = { settings: tableSettings, defaults: TABLE_DEFAULTS, run };

export function DataTab() {
  const open = table.value !== undefined;
  useSignalEffect(() => void openLinked(tableChoice.value));
  return (
    <div class={open ? "with-aside" : "own-data"}>
      <div class="intro">
        <div>
          <h1>Teach it your own data</h1>
          <p>
            All you need is a table with a column to predict. This page reads it, trains on it and predicts with it.
            Nothing is uploaded.
          </p>
        </div>
      </div>
      <div class="stage">
        <Choice />
        {!open && failure.value && (
          <p class="notice" role="alert">
            {failure.value}
          </p>
        )}
        <TablePreview />
        {open && (
          <>
            <TableRun />
            <Plane />
            <TableCharts />
          </>
        )}
        <TableResultView />
        <OpenedModel />
      </div>
      {open && (
        <aside>
          <h2>Settings</h2>
          <SettingsContext.Provider value={SETTINGS}>
            <SettingsForm inputs={task.value?.inputs ?? 1} outputs={task.value?.outputs ?? 1} />
          </SettingsContext.Provider>
        </aside>
      )}
    </div>
  );
}

function Choice() {
  return (
    <section class="data-choice" aria-label="Data">
      <FileDrop
        title={table.value ? "Choose another table" : "Choose a table, or drop it here"}
        hint="CSV with column names in the first row, TSV, JSON Lines or Parquet. You can drop it anywhere."
        accept={TABLE_ENDINGS}
        onFile={openFile}
      />
      <ul class="samples" aria-label="Sample data">
        {SAMPLES.map((sample) => (
          <li key={sample.title}>
            <Button off={busy.value} onClick={() => openSample(sample)}>
              {sample.title}
            </Button>
            <span class="hint">{sample.note}</span>
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {reading.value && `Reading ${reading.value}`}
      </p>
    </section>
  );
}
