/** Drawing of the plane: what the network says of each point as colour, and the table's rows as marks. Free of Preact. */

import { colourOfShare, css, markOf, type Rgb, type Shape } from "./class-palette.js";
import type { PlanePrediction, PlaneView } from "./messages.js";

/** How strongly the surest prediction covers the background. */
const MOST_ALPHA = 0.62;
const RADIUS = 4;
/** Steps of the colours of values. */
const SHADES = 128;

/** Least and greatest target of the rows, which the ends of the colours stand for. */
export function rangeOf({ targets }: PlaneView): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of targets) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/**
 * Pixels of size × size points, the greatest y on top: the class's colour, the fainter the less sure; or the value's.
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
      // Sure is 1, guessing 1 / classes.
      const certainty = strengths ? ((strengths[from] as number) - 1 / classes) / (1 - 1 / classes) : 1;
      data[to] = colour[0];
      data[to + 1] = colour[1];
      data[to + 2] = colour[2];
      data[to + 3] = 255 * MOST_ALPHA * (0.15 + 0.85 * certainty);
    }
  }
}

/** The share of the plane that each class has. */
export function classShares({ labels }: PlanePrediction, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels ?? []) counts[label] = (counts[label] as number) + 1;
  return counts.map((count) => count / (labels?.length || 1));
}

/**
 * All rows; those that are not trained on are hollow.
 *
 * @param width, height of the canvas in the units of its transform
 */
export function drawRows(
  context: CanvasRenderingContext2D,
  { x, y, targets, held, ends }: PlaneView,
  isClasses: boolean,
  { width, height, ink, surface }: { width: number; height: number; ink: string; surface: string },
): void {
  const [left, right, bottom, top] = ends;
  const [least, most] = isClasses ? [0, 1] : rangeOf({ targets } as PlaneView);
  context.lineWidth = 1.25;
  for (let row = 0; row < x.length; ++row) {
    const target = targets[row] as number;
    const mark = isClasses
      ? markOf(target)
      : { colour: colourOfShare((target - least) / (most - least || 1)), shape: "circle" as const };
    context.beginPath();
    trace(
      context,
      mark.shape,
      (((x[row] as number) - left) / (right - left)) * width,
      height - (((y[row] as number) - bottom) / (top - bottom)) * height,
    );
    context.fillStyle = held[row] ? surface : css(mark.colour);
    context.strokeStyle = held[row] ? css(mark.colour) : ink;
    context.fill();
    context.stroke();
  }
}

/** Adds the outline of a mark to the path. */
export function trace(context: CanvasRenderingContext2D, shape: Shape, x: number, y: number, r = RADIUS): void {
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else {
    const corners = CORNERS[shape];
    for (const [index, [dx, dy]] of corners.entries()) {
      if (index === 0) context.moveTo(x + dx * r, y + dy * r);
      else context.lineTo(x + dx * r, y + dy * r);
    }
    context.closePath();
  }
}

const CORNERS: Readonly<Record<"triangle" | "diamond" | "cross", readonly (readonly [number, number])[]>> = {
  triangle: [
    [0, -1.2],
    [1.1, 0.9],
    [-1.1, 0.9],
  ],
  diamond: [
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ],
  cross: [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
};
