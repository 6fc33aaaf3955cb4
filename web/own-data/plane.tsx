/** The plane of a table's two features: the network's predictions, while it learns, and the rows. */

import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { queueDrawing } from "../page/draw-queue.js";
import { percent } from "../page/numbers.js";
import { theme, themeColour } from "../page/theme.js";
import type { PlaneView } from "../protocol/tables.js";
import { css, markOf, outlineOf } from "./class-marks.js";
import { classShares, paintPrediction, rangeOf, rowPainter } from "./plane-picture.js";
import { lastReport, predictPlane, progress, started, status } from "./store.js";

/** Points per side of the grid, and milliseconds between two predictions for it. */
const GRID = 96;
const MILLISECONDS = 150;
/** Rows drawn at once. */
const ROWS_AT_ONCE = 1000;

export function Plane() {
  const shown = started.value;
  if (!shown?.plane) return null;
  return <PlaneFigure key={shown} classes={shown.classes} plane={shown.plane} />;
}

/** Each class's share of the plane's area, for screen readers. */
const shares = signal<readonly number[]>([]);

interface Props {
  readonly plane: PlaneView;
  readonly classes: readonly string[] | undefined;
}

function PlaneFigure({ plane, classes }: Props) {
  const background = useRef<HTMLCanvasElement>(null);
  const rows = useRef<HTMLCanvasElement>(null);
  useEffect(
    () => followNetwork(background.current as HTMLCanvasElement, plane, classes?.length ?? 0),
    [plane, classes],
  );
  const colours = theme.value;
  useEffect(
    () => keepDrawn(rows.current as HTMLCanvasElement, plane, classes !== undefined),
    [plane, classes, colours],
  );
  const [x, y] = plane.axes;
  const format = (value: number | undefined) => Number(value?.toPrecision(3)).toString();
  return (
    <figure class="plane">
      <figcaption>{classes ? "Decision boundary" : "Predicted values"}</figcaption>
      <div class="plane-box" role="img" aria-label={describe(plane, classes)}>
        <canvas ref={background} width={GRID} height={GRID} />
        <canvas ref={rows} />
      </div>
      <p class="hint plane-axes">
        <span>
          → {x}, {format(plane.ends[0])} to {format(plane.ends[1])}
        </span>
        <span>
          ↑ {y}, {format(plane.ends[2])} to {format(plane.ends[3])}
        </span>
      </p>
      {classes ? (
        <ul class="legend">
          {classes.map((name, label) => (
            <li key={name}>
              <Mark label={label} /> {name}
            </li>
          ))}
          <li class="hint">filled: trained on; hollow: not</li>
        </ul>
      ) : (
        <p class="hint">
          Blue {format(rangeOf(plane)[0])}, orange {format(rangeOf(plane)[1])}. Hollow rows are not trained on.
        </p>
      )}
    </figure>
  );
}

function describe({ axes: [x, y], targets }: PlaneView, classes: readonly string[] | undefined): string {
  const report = lastReport.value;
  const after = report ? ` after epoch ${report.epoch}` : "";
  if (!classes) return `Predicted values over ${x} and ${y}${after}, with ${targets.length} rows of the table.`;
  const areas = classes.map((name, label) => `${name} ${percent(shares.value[label], 0)}`).join(", ");
  const score = report ? ` Validation accuracy ${percent(report.valAccuracy)}.` : "";
  return `What the network predicts over ${x} and ${y}${after}, by share of the area: ${areas}.${score} With ${targets.length} rows of the table.`;
}

function Mark({ label }: { readonly label: number }) {
  const { colour, shape } = markOf(label);
  return (
    <svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true">
      <path d={outlineOf(shape, 5)} fill={css(colour)} />
    </svg>
  );
}

/** Predicts the plane again and again while the network changes, and once more when it stops. */
function followNetwork(canvas: HTMLCanvasElement, plane: PlaneView, classes: number): () => void {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(GRID, GRID);
  const range = rangeOf(plane);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let changed = false;
  let over = false;
  const ask = async () => {
    timer = undefined;
    asking = true;
    changed = false;
    try {
      const prediction = await predictPlane(GRID);
      if (over) return;
      paintPrediction(image, prediction, classes, range);
      context.putImageData(image, 0, 0);
      if (classes > 0) shares.value = classShares(prediction, classes);
    } catch {
      // Another run has replaced this one and draws its own plane.
      return;
    } finally {
      asking = false;
    }
    if (changed) timer = setTimeout(ask, MILLISECONDS);
  };
  const stop = effect(() => {
    progress.value;
    status.value;
    changed = true;
    if (!asking) timer ??= setTimeout(ask, MILLISECONDS);
  });
  return () => {
    over = true;
    stop();
    clearTimeout(timer);
  };
}

/** Draws the rows, again whenever the canvas changes its size. */
function keepDrawn(canvas: HTMLCanvasElement, plane: PlaneView, isClasses: boolean): () => void {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  let cancel = () => {};
  const draw = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    canvas.width = width * scale;
    canvas.height = height * scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const surface = themeColour("--surface");
    const paint = rowPainter(context, plane, isClasses, { width, height, ink: surface, surface });
    const paintFrom = (row: number) => {
      paint(row, Math.min(row + ROWS_AT_ONCE, plane.x.length));
      if (row + ROWS_AT_ONCE < plane.x.length) cancel = queueDrawing(() => paintFrom(row + ROWS_AT_ONCE));
    };
    paintFrom(0);
  };
  const observer = new ResizeObserver(() => {
    cancel();
    cancel = queueDrawing(draw);
  });
  observer.observe(canvas);
  return () => {
    observer.disconnect();
    cancel();
  };
}
