/** Draw a digit, and see how the network reads it. */

import { useEffect, useState } from "preact/hooks";
import { drawing, drawingRead, readDrawing } from "../page/drawing-store.js";
import { followNetwork } from "../page/follow-network.js";
import { percent } from "../page/numbers.js";
import { hasNetwork } from "../page/run-store.js";
import { Digit } from "./digit.js";
import { DrawingField } from "./drawing-field.js";

/** Time between two readings of a drawing while the weights change. */
const MILLISECONDS = 150;
/** Screen readers get the result once it has not changed for this long. */
const STILL_MILLISECONDS = 700;
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

/** The probabilities of the ten digits as bars. */
function Probabilities({ values }: { readonly values: Float32Array | undefined }) {
  const best = values ? values.indexOf(Math.max(...values)) : -1;
  return (
    <>
      <ul class="bars" aria-label="Probability of each digit">
        {Array.from({ length: 10 }, (_, digit) => {
          const share = values?.[digit];
          return (
            <li key={digit} class={digit === best ? "best" : undefined}>
              <span class="bar-name">{digit}</span>
              <span class="bar" aria-hidden="true">
                <span style={{ transform: `scaleX(${share ?? 0})` }} />
              </span>
              <span class="bar-value">{percent(share, 1)}</span>
            </li>
          );
        })}
      </ul>
      <Spoken text={values ? `Most likely a ${best}: ${percent(values[best], 0)}` : ""} />
    </>
  );
}

function Spoken({ text }: { readonly text: string }) {
  const [still, setStill] = useState("");
  useEffect(() => {
    const timer = setTimeout(setStill, STILL_MILLISECONDS, text);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="visually-hidden" role="status">
      {still}
    </p>
  );
}
