/** Draws the plane: predictions as colours and the table's rows as marks. Free of Preact. */

import type { PlanePrediction, PlaneView } from "../protocol/tables.js";
import { colourOfShare, css, markOf, outlineOf, type Rgb, SHAPES } from "./class-marks.js";

/** Opacity of the surest prediction. */
const MOST_ALPHA = 0.62;
const RADIUS = 4;
/** Number of colours for values. */
const SHADES = 128;

/** The least and the greatest target, which get the first and the last colour. */
export function rangeOf({ targets }: Pick<PlaneView, "targets">): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of targets) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/**
 * Pixels of size × size points with the greatest y on top: the class's colour, fainter if less sure, or the value's colour.
 *
 * @param classes 0 for values
 */
export function paintPrediction(
  image: ImageData,
  { labels, strengths, values }: PlanePrediction,
  classes: number,
  [least, most]: readonly [number, number],
): void {
  const { width: size, data } = image;
  const colours = labels
    ? Array.from({ length: classes }, (_, label) => markOf(label).colour)
    : Array.from({ length: SHADES + 1 }, (_, shade) => colourOfShare(shade / SHADES));
  for (let row = 0; row < size; ++row) {
    for (let column = 0; column < size; ++column) {
      const from = row * size + column;
      const to = 4 * ((size - 1 - row) * size + column);
      const share = ((values?.[from] ?? 0) - least) / (most - least || 1);
      const index = labels?.[from] ?? Math.round(Math.min(1, Math.max(0, share)) * SHADES);
      const colour = colours[index] as Rgb;
      // 1 if sure, 1 / classes if guessing.
      const certainty = strengths ? ((strengths[from] as number) - 1 / classes) / (1 - 1 / classes) : 1;
      data[to] = colour[0];
      data[to + 1] = colour[1];
      data[to + 2] = colour[2];
      data[to + 3] = 255 * MOST_ALPHA * (0.15 + 0.85 * certainty);
    }
  }
}

/** The share of the plane's area for each class. */
export function classShares({ labels }: PlanePrediction, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels ?? []) counts[label] = (counts[label] as number) + 1;
  return counts.map((count) => count / (labels?.length || 1));
}

/** How to draw the rows: the canvas's size in the units of its transform, and the page's colours. */
export interface RowStyle {
  readonly width: number;
  readonly height: number;
  readonly ink: string;
  readonly surface: string;
}

/**
 * Prepares to draw the rows. Rows that are not trained on are hollow.
 *
 * @returns a function that draws the rows from one up to, but not including, another
 */
export function rowPainter(
  context: CanvasRenderingContext2D,
  { x, y, targets, held, ends }: PlaneView,
  isClasses: boolean,
  { width, height, ink, surface }: RowStyle,
): (from: number, to: number) => void {
  const [left, right, bottom, top] = ends;
  const [least, most] = isClasses ? [0, 1] : rangeOf({ targets });
  const outlines = new Map(SHAPES.map((shape) => [shape, new Path2D(outlineOf(shape, RADIUS))]));
  context.lineWidth = 1.25;
  return (from, to) => {
    for (let row = from; row < to; ++row) {
      const target = targets[row] as number;
      const mark = isClasses
        ? markOf(target)
        : { colour: colourOfShare((target - least) / (most - least || 1)), shape: "circle" as const };
      const outline = outlines.get(mark.shape) as Path2D;
      const colour = css(mark.colour);
      const across = (((x[row] as number) - left) / (right - left)) * width;
      const down = height - (((y[row] as number) - bottom) / (top - bottom)) * height;
      context.fillStyle = held[row] ? surface : colour;
      context.strokeStyle = held[row] ? colour : ink;
      context.translate(across, down);
      context.fill(outline);
      context.stroke(outline);
      context.translate(-across, -down);
    }
  };
}
