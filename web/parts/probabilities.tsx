/** The probabilities of the ten digits as bars. */

import { useEffect, useState } from "preact/hooks";
import { percent } from "../page/numbers.js";

/** A screen reader is told once the values have stood still for so long. */
const MILLISECONDS = 700;

export function Probabilities({ values }: { readonly values: Float32Array | undefined }) {
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
    const timer = setTimeout(setStill, MILLISECONDS, text);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="visually-hidden" role="status">
      {still}
    </p>
  );
}
