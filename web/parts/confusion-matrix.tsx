/** The confusion matrix of the test set. Cells with mistakes open the digits. */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { followNetwork } from "../page/follow-network.js";
import { percent } from "../page/numbers.js";
import { call } from "../page/run-store.js";
import type { TestResult } from "../protocol/digits.js";
import { type Cell, MisclassifiedDialog } from "./misclassified-dialog.js";

/** Time between two matrices. Each tests 10,000 images, while training waits. */
const MILLISECONDS = 2000;
const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

const shown = signal<TestResult | undefined>(undefined);

async function ask(): Promise<void> {
  shown.value = await call("test", undefined).catch(() => undefined);
}

export function ConfusionMatrix() {
  const [open, setOpen] = useState<Cell>();
  useEffect(() => followNetwork(ask, MILLISECONDS), []);
  const result = shown.value;
  return (
    <section aria-labelledby="confusion-title">
      <h2 id="confusion-title">What it gets wrong</h2>
      <p class="hint">
        {result
          ? `It reads ${percent(result.accuracy)} of the 10,000 test images correctly. Choose a number to see the digits that it misread.`
          : "How often it reads each digit of the test set as which digit."}
      </p>
      {result ? <Matrix confusion={result.confusion} onOpen={setOpen} /> : <p class="nothing">No network yet.</p>}
      {open && <MisclassifiedDialog cell={open} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

interface MatrixProps {
  readonly confusion: TestResult["confusion"];
  readonly onOpen: (cell: Cell) => void;
}

/** One cell is in the tab order; the arrow keys move between cells. */
function Matrix({ confusion, onOpen }: MatrixProps) {
  const table = useRef<HTMLTableElement>(null);
  const [[row, column], setAt] = useState<readonly [number, number]>([0, 0]);
  const most = Math.max(1, ...confusion.flatMap((counts, label) => counts.filter((_, other) => other !== label)));
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, 0],
      End: [row, 9],
    };
    const target = moves[event.key];
    if (!target) return;
    event.preventDefault();
    const [r, c] = target.map((index) => Math.min(9, Math.max(0, index))) as [number, number];
    setAt([r, c]);
    table.current?.querySelectorAll("tbody tr")[r]?.querySelectorAll<HTMLElement>("[data-cell]")[c]?.focus();
  };
  return (
    <table
      ref={table}
      class="confusion"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of WAI-ARIA is this table
      role="grid"
      aria-labelledby="confusion-title"
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">Digit, by row; read as, by column</span>
          </th>
          {DIGITS.map((digit) => (
            <th key={digit} scope="col">
              {digit}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {DIGITS.map((label) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {DIGITS.map((prediction) => (
              <CellButton
                key={prediction}
                cell={{ label, prediction }}
                count={confusion[label]?.[prediction] ?? 0}
                most={most}
                focusable={label === row && prediction === column}
                onFocus={() => setAt([label, prediction])}
                onOpen={onOpen}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly cell: Cell;
  readonly count: number;
  /** The largest count of mistakes. */
  readonly most: number;
  readonly focusable: boolean;
  readonly onFocus: () => void;
  readonly onOpen: (cell: Cell) => void;
}

function CellButton({ cell, count, most, focusable, onFocus, onOpen }: CellProps) {
  const { label, prediction } = cell;
  const right = label === prediction;
  const name = right ? `${label}: ${count} read correctly` : `${label} read as ${prediction}: ${count}`;
  const opens = !right && count > 0;
  // The square root makes single mistakes visible, too.
  const share = right ? 0 : Math.round(Math.sqrt(count / most) * 45);
  return (
    <td
      class={right ? "right" : undefined}
      style={share > 0 ? { background: `color-mix(in srgb, var(--second) ${share}%, var(--surface))` } : undefined}
    >
      <button
        type="button"
        data-cell={`${label}-${prediction}`}
        aria-label={opens ? `${name}. Show them` : name}
        aria-disabled={!opens}
        aria-haspopup={opens ? "dialog" : undefined}
        tabIndex={focusable ? 0 : -1}
        onFocus={onFocus}
        onClick={() => opens && onOpen(cell)}
      >
        {count === 0 ? "·" : count}
      </button>
    </td>
  );
}
