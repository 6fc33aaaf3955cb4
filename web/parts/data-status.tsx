/** MNIST: its download, and its first four images. */

import { megabytes } from "../page/numbers.js";
import { data, dataFailure, examples, loadData } from "../page/run-store.js";
import { Button } from "./button.js";
import { Digit } from "./digit.js";
import { ProgressBar } from "./progress-bar.js";

/** A section in every state, so that it can take the focus when its button disappears. */
export function DataStatus() {
  return (
    <section class={examples.value.length > 0 ? "examples" : "data-status"} aria-label="MNIST">
      {examples.value.length > 0 ? <Examples /> : dataFailure.value ? <Failure /> : <Download />}
    </section>
  );
}

function Failure() {
  return (
    <>
      <p class="notice" role="alert">
        MNIST could not be loaded: {dataFailure.value}
      </p>
      <Button onClick={loadData}>Try again</Button>
    </>
  );
}

function Download() {
  const now = data.value;
  const text = !now
    ? "MNIST: waiting"
    : now.stage === "fetching"
      ? `MNIST: ${megabytes(now.received)} of ${megabytes(now.total)}`
      : "MNIST: checking";
  return (
    <>
      <ProgressBar label="Download of MNIST" share={now ? now.received / Math.max(1, now.total) : 0} text={text} />
      <p class="hint">{text}</p>
    </>
  );
}

function Examples() {
  return (
    <>
      <ul>
        {examples.value.map(({ pixels, label }, row) => (
          <li key={row}>
            <Digit pixels={pixels} label={`Training image ${row + 1}: a handwritten ${label}`} />
            <span>Label: {label}</span>
          </li>
        ))}
      </ul>
      {data.value?.notKept && isSecureContext && (
        <p class="hint">MNIST will be fetched again next time: {data.value.notKept}.</p>
      )}
    </>
  );
}
