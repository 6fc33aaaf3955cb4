/** Training on MNIST. */

import { DataStatus } from "../parts/data-status.js";
import { RunCharts } from "../parts/run-charts.js";
import { RunControls } from "../parts/run-controls.js";
import { RunResult } from "../parts/run-result.js";
import { SettingsForm } from "../parts/settings-form.js";

export function TrainTab() {
  return (
    <div class="with-aside">
      <div class="intro">
        <div>
          <h1>Watch a network learn to read digits</h1>
          <p>
            50,000 handwritten digits to learn from, a small neural network, and your own CPU. Choose the network’s
            shape, press start, and see how many of 10,000 other digits it reads correctly.
          </p>
        </div>
        <DataStatus />
      </div>
      <div class="stage">
        <RunControls />
        <RunCharts />
        <RunResult />
      </div>
      <aside>
        <h2>Settings</h2>
        <SettingsForm inputs={784} outputs={10} />
      </aside>
    </div>
  );
}
