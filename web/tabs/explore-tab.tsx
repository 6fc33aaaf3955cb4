/** A look into the network on MNIST, while it learns or afterwards: a digit that you draw, its weights, its mistakes. */

import { run } from "../page/run-store.js";
import { ConfusionMatrix } from "../parts/confusion-matrix.js";
import { DrawDigit } from "../parts/draw-digit.js";
import { FirstLayerWeights } from "../parts/first-layer-weights.js";
import { OpenFile } from "../parts/open-file.js";
import { RunButtons } from "../parts/run-buttons.js";
import { RunMessages, RunProgress } from "../parts/run-figures.js";

export function ExploreTab() {
  return (
    <div class="explore">
      <div class="intro">
        <div>
          <h1>Try it, and look inside</h1>
          <p>
            Draw a digit and see how the network reads it, even while it learns. Below are the patterns that its first
            layer has learned to look for, and the digits that it still gets wrong.
          </p>
        </div>
      </div>
      <section class="run" aria-label="Run">
        <div class="run-row">
          <RunButtons />
          <OpenFile />
        </div>
        <RunProgress run={run} />
        <RunMessages run={run} />
      </section>
      <DrawDigit />
      <div class="explore-pair">
        <FirstLayerWeights />
        <ConfusionMatrix />
      </div>
    </div>
  );
}
