/** The data set: its download, and the first four images of it. */

import { megabytes } from "../page/numbers.js";
import { data, examples, failure, loadData } from "../page/run-store.js";
import { Digit } from "./digit.js";
import { ProgressBar } from "./progress-bar.js";

export function DataStatus() {
  const now = data.value;
  if (examples.value.length > 0) return <Examples />;
  if (!now && failure.value) {
    return (
      <div class="data-status">
        <button type="button" onClick={loadData}>
          Try again
        </button>
      </div>
    );
  }
  const text = !now
    ? "MNIST: waiting"
    : now.stage === "fetching"
      ? `MNIST: ${megabytes(now.received)} of ${megabytes(now.total)}`
      : "MNIST: checking";
  return (
    <div class="data-status">
      <ProgressBar label="Download of MNIST" share={now ? now.received / Math.max(1, now.total) : 0} text={text} />
      <p class="hint">{text}</p>
    </div>
  );
}

function Examples() {
  return (
    <div class="examples">
      <ul>
        {examples.value.map(({ pixels, label }, row) => (
          <li key={row}>
            <Digit pixels={pixels} label={`Training image ${row + 1}: a handwritten ${label}`} />
            <span>Label: {label}</span>
          </li>
        ))}
      </ul>
      {data.value?.notKept && <p class="hint">MNIST will be fetched again next time: {data.value.notKept}.</p>}
    </div>
  );
}
