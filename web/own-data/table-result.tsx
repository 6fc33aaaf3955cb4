/** The network's result on the held-out rows, and its files. */

import { percent } from "../page/numbers.js";
import { Button } from "../parts/button.js";
import { EngineLine } from "../parts/engine-notes.js";
import type { TableResult } from "../protocol/tables.js";
import { downloadModel, downloadPredictions, hash, predicted, result, started, table } from "./store.js";

/** The page hides larger confusion matrices: no one reads them. */
const MOST_CLASSES = 26;
const MOST_POINTS = 1000;

export function TableResultView() {
  const found = result.value;
  const shown = started.value;
  if (!found || !shown) return null;
  return (
    <section class="result" aria-labelledby="test-title">
      <h2 id="test-title">Test: {shown.rows.test.toLocaleString("en")} held-out rows</h2>
      {found.task === "classification" ? <Classes found={found} /> : <Values found={found} />}
      <EngineLine info={shown.engine} />
      {hash.value && (
        <p class="hash">
          <span>Weights, SHA-256</span> <code data-testid="hash">{hash.value}</code>
        </p>
      )}
      <div class="buttons">
        <Button onClick={() => downloadPredictions()}>Download predictions for {table.value?.name}</Button>
        <Button onClick={() => downloadModel("safetensors")}>Download the model</Button>
        <Button onClick={() => downloadModel("onnx")}>Download as ONNX</Button>
      </div>
      <p class="hint" role="status">
        {predicted}
      </p>
    </section>
  );
}

function Classes({ found }: { readonly found: Extract<TableResult, { task: "classification" }> }) {
  const { accuracy, loss, classes, confusion } = found;
  return (
    <>
      <p>
        <strong data-testid="test-score">{percent(accuracy)}</strong> correct, loss {loss.toPrecision(3)}.
      </p>
      {classes.length <= MOST_CLASSES ? (
        <Confusion classes={classes} confusion={confusion} />
      ) : (
        <p class="hint">With {classes.length} classes the confusion matrix is too large to show.</p>
      )}
    </>
  );
}

interface ConfusionProps {
  readonly classes: readonly string[];
  readonly confusion: readonly (readonly number[])[];
}

/** The confusion matrix: rows are true classes, columns predictions. */
function Confusion({ classes, confusion }: ConfusionProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label="Confusion matrix" tabIndex={0}>
        <table class="class-confusion">
          <caption class="hint">Rows: true class. Columns: predicted class.</caption>
          <thead>
            <tr>
              <td />
              {classes.map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((counts, label) => {
              const total = counts.reduce((sum, count) => sum + count, 0) || 1;
              return (
                <tr key={classes[label]}>
                  <th scope="row">{classes[label]}</th>
                  {counts.map((count, prediction) => (
                    <td
                      key={classes[prediction]}
                      class={`number ${prediction === label ? "right" : "mistaken"}`}
                      style={{ "--share": count / total }}
                    >
                      {count}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Values({ found }: { readonly found: Extract<TableResult, { task: "regression" }> }) {
  const { r2, rmse, mae } = found;
  return (
    <>
      <p>
        <strong data-testid="test-score">R² {r2.toFixed(3)}</strong>, root mean squared error {rmse.toPrecision(4)},
        mean absolute error {mae.toPrecision(4)}.
      </p>
      <Scatter found={found} />
    </>
  );
}

const SIDE = 320;

/** Predicted against true values. On the line they are equal. */
function Scatter({
  found: { actual, predicted: guesses },
}: {
  readonly found: Extract<TableResult, { task: "regression" }>;
}) {
  const stride = Math.ceil(actual.length / MOST_POINTS);
  const rows = Array.from({ length: Math.ceil(actual.length / stride) }, (_, index) => index * stride);
  const all = rows.flatMap((row) => [actual[row] as number, guesses[row] as number]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const at = (value: number) => 8 + ((value - least) / (most - least || 1)) * (SIDE - 16);
  const text = (value: number) => Number(value.toPrecision(3)).toString();
  return (
    <figure class="scatter">
      <figcaption class="hint">
        → true, ↑ predicted, both from {text(least)} to {text(most)}
      </figcaption>
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        role="img"
        aria-label={`Predicted against true values of ${rows.length} test rows; on the diagonal both are equal.`}
      >
        <line x1={8} y1={SIDE - 8} x2={SIDE - 8} y2={8} class="diagonal" />
        {rows.map((row) => (
          <circle key={row} cx={at(actual[row] as number)} cy={SIDE - at(guesses[row] as number)} r={3} />
        ))}
      </svg>
    </figure>
  );
}
