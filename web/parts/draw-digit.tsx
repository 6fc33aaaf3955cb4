/** Draw a digit, and see what the network makes of it. */

import { useEffect } from "preact/hooks";
import { drawing, drawingRead, readDrawing } from "../page/drawing-store.js";
import { followNetwork } from "../page/follow-network.js";
import { hasNetwork } from "../page/run-store.js";
import { Digit } from "./digit.js";
import { DrawingField } from "./drawing-field.js";
import { Probabilities } from "./probabilities.js";

/** Between two readings of one drawing by weights that change. */
const MILLISECONDS = 150;
const NOTHING = new Uint8Array(784);

export function DrawDigit() {
  useEffect(() => followNetwork(readDrawing, MILLISECONDS), []);
  return (
    <section class="draw" aria-labelledby="draw-title">
      <div class="draw-field">
        <h2 id="draw-title">Draw a digit</h2>
        <DrawingField />
      </div>
      <figure class="seen">
        <figcaption>As the network sees it</figcaption>
        <Digit
          pixels={drawingRead.value?.pixels ?? NOTHING}
          label={drawingRead.value ? "Your digit in 28 by 28 pixels, centred" : "Nothing yet"}
        />
      </figure>
      <div class="verdict">
        <Probabilities values={drawingRead.value?.probabilities} />
        <p class="hint">{hint()}</p>
      </div>
    </section>
  );
}

function hint(): string {
  if (!hasNetwork.value) return "There is no network yet: start training, or open a model.";
  return drawing.value ? "" : "Nothing drawn yet.";
}
