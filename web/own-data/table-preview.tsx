/** The table's first rows, the kinds of its columns, and the choice of the target. */

import { useId } from "preact/hooks";
import type { TargetTask } from "../../src/index.js";
import type { TableView } from "../protocol/tables.js";
import { busy, chooseTarget, chosenTask, table, target, task } from "./store.js";

/** The preview shows this many columns. Training uses all. */
const MOST_COLUMNS = 40;

export function TablePreview() {
  const view = table.value;
  if (!view) return null;
  const shown = view.columns.slice(0, MOST_COLUMNS);
  const rest = view.columns.length - shown.length;
  return (
    <section aria-labelledby="table-title" class="table-preview">
      <h2 id="table-title">{view.name}</h2>
      <p class="hint">
        {view.rows.toLocaleString("en")} rows, {view.columns.length} columns. The network trains on 70 % of the rows,
        validates on 10 % after each epoch, and is tested on 20 % at the end.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label={`First rows of ${view.name}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {shown.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  class={`${column.kind === "numeric" ? "number" : ""} ${column.name === target.value ? "target" : ""}`}
                >
                  {column.name}
                  <small>{describeColumn(column, column.name === target.value)}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.preview.map((cells, row) => (
              <tr key={row}>
                {shown.map((column, index) => (
                  <td key={column.name} class={column.kind === "numeric" ? "number" : ""}>
                    {cells[index] ?? <span class="missing">missing</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rest > 0 && <p class="hint">{rest} more columns are not shown here.</p>}
      <LeftOut />
      <TargetChoice view={view} />
    </section>
  );
}

function describeColumn(column: TableView["columns"][number], isTarget: boolean): string {
  const number = column.hasCommas ? "number, decimal comma" : "number";
  const others = column.kind === "date" ? "date" : `${column.categories} names`;
  const kind = column.kind === "numeric" ? number : others;
  return [isTarget ? "target" : "", kind, column.missing > 0 ? `${column.missing} missing` : ""]
    .filter(Boolean)
    .join(", ");
}

function LeftOut() {
  const out = task.value?.leftOut ?? [];
  if (out.length === 0) return null;
  const texts = out.map(({ name, detail }) => `${name} (${detail})`);
  return (
    <p class="hint">
      Left out: {texts.slice(0, 20).join(", ")}
      {texts.length > 20 ? ", …" : ""}.
    </p>
  );
}

function TargetChoice({ view }: { readonly view: TableView }) {
  const id = useId();
  const found = task.value;
  const chosen = chosenTask.value;
  return (
    <fieldset class="target-choice" disabled={busy.value}>
      <legend class="visually-hidden">What to learn</legend>
      <div class="field">
        <label for={`${id}-target`}>Column to predict</label>
        <select
          id={`${id}-target`}
          value={target.value}
          onChange={({ currentTarget }) => chooseTarget(currentTarget.value)}
        >
          {view.columns.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for={`${id}-task`}>As</label>
        <select
          id={`${id}-task`}
          value={chosen ?? ""}
          onChange={({ currentTarget }) =>
            chooseTarget(target.value, (currentTarget.value || undefined) as TargetTask | undefined)
          }
        >
          <option value="">{found && !chosen ? `Detected: ${NAMES[found.task]}` : "Detected"}</option>
          <option value="classification">Classes</option>
          <option value="regression">Numbers</option>
        </select>
      </div>
      <p class="hint" role="status">
        {found &&
          (found.classes
            ? `${found.classes.length} classes: ${found.classes.slice(0, 12).join(", ")}${found.classes.length > 12 ? ", …" : ""}`
            : "A number for each row, measured by R².")}
      </p>
    </fieldset>
  );
}

const NAMES = { classification: "classes", regression: "numbers" } as const;
