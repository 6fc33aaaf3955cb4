/** The digits of one cell of the confusion matrix. */

import { useEffect, useRef, useState } from "preact/hooks";
import { percent } from "../page/numbers.js";
import { call } from "../page/run-store.js";
import type { Misclassified } from "../protocol/digits.js";
import { Digit } from "./digit.js";

const MOST = 60;

/** A cell of the confusion matrix: the digits' label, and the network's prediction. */
export interface Cell {
  readonly label: number;
  readonly prediction: number;
}

interface Props {
  readonly cell: Cell;
  readonly onClose: () => void;
}

export function MisclassifiedDialog({ cell, onClose }: Props) {
  const { label, prediction } = cell;
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<Misclassified>();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    dialog.current?.showModal();
    call("misclassified", { label, prediction, most: MOST }).then(setFound, (error: Error) =>
      setProblem(error.message),
    );
  }, []);
  return (
    <dialog
      ref={dialog}
      class="mistakes"
      aria-labelledby="mistakes-title"
      onClose={onClose}
      // A click outside closes the dialog, too.
      closedby="any"
    >
      <div>
        <div class="mistakes-head">
          <h2 id="mistakes-title">
            {label} read as {prediction}
          </h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        <p class="hint" role="status">
          {problem || (found ? summary(found) : "Searching")}
        </p>
        <ul>
          {found?.digits.map(({ row, pixels, probabilities }) => (
            <li key={row}>
              <Digit pixels={pixels} label={`Test image ${row + 1}: a handwritten ${label}`} />
              <span>
                <b>{prediction}</b> {percent(probabilities[prediction], 1)}
              </span>
              <span>
                <b>{label}</b> {percent(probabilities[label], 1)}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </dialog>
  );
}

function summary({ count, digits }: Misclassified): string {
  if (count === 0) return "None are left: the network has learned more since they were counted.";
  const images = count === 1 ? "1 test image" : `${count} test images`;
  const some = digits.length < count ? `; these ${digits.length} it was surest of` : "";
  return `${images}, with the probabilities of what it was read as and of what it is${some}.`;
}
