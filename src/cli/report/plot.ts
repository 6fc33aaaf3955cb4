/** The charts of a run as standalone SVG: learning curves, and predicted against true values. */

import { line, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from "d3-shape";
import { epochAxis, type Scale, valueAxis } from "./axis.js";
import { chartSvg } from "./chart.js";
import { type Look, rounded, segment, strokeOf, symbolAt } from "./svg.js";

/** One curve: `values[i]` belongs to epoch i + 1. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** Up to this many epochs each point has a symbol. Beyond, about half as many symbols are drawn, because more would hide the line. */
const MOST_SYMBOLS = 30;
/** Most points of a scatter plot: you could not tell more apart, and they would make the file large. */
const MOST_POINTS = 2000;

const COLORS = ["#0b62c4", "#c2410c", "#15803d", "#7e22ce"] as const;
const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
/** One more than colours and symbols, so that twenty curves look different. */
const DASHES = [undefined, "8 4", "2 3", "10 4 2 4", "16 5"];

/**
 * A line chart of `series` over the epochs as a standalone SVG of 720 × 400 pixels, higher if the legend has several rows. Values that
 * are not finite leave a gap.
 */
export function curvesSvg(title: string, yLabel: string, series: readonly Curve[]): string {
  const epochs = series.reduce((most, { values }) => Math.max(most, values.length), 0);
  const drawn = series.flatMap(({ values }) => values.filter(isDrawable));
  const looks = series.map((_, index) => curveLook(index));
  return chartSvg({
    title,
    ...(drawn.length === 0 && { subtitle: "no values" }),
    description: series.map(describe).join("; "),
    x: epochAxis(epochs),
    y: valueAxis(yLabel, drawn),
    legend: series.map(({ name }, index) => ({ name, look: looks[index] as Look })),
    marks: (x, y) =>
      series
        .map(({ values }, index) => curve(values, looks[index] as Look, epochs, index / series.length, x, y))
        .join("\n"),
  });
}

/**
 * Predicted against true values as a standalone SVG of 720 × 400 pixels, with the line on which they are equal. It draws at most 2000
 * evenly spaced points; the subtitle says how many, and how many values are not finite.
 */
export function scatterSvg(title: string, actual: ArrayLike<number>, predicted: ArrayLike<number>): string {
  const rows = Array.from(actual, (value, row): [number, number] => [value, predicted[row] as number]);
  const finite = rows.filter((pair) => pair.every(isDrawable));
  const every = Math.max(1, Math.ceil(finite.length / MOST_POINTS));
  const points = finite.filter((_, index) => index % every === 0);
  const subtitle = leftOut(rows.length, finite.length, points.length);
  const ideal: Look = { color: COLORS[1], dash: "8 4" };
  const look: Look = { color: COLORS[0], symbol: symbolCircle, line: false };
  // One scale for both axes, so that the ideal is a diagonal.
  const x = valueAxis("true", points.flat(), 580);
  const [least, most] = x.domain;
  return chartSvg({
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `${points.length} points of true and predicted values; on the dashed line they are equal`,
    x,
    y: { ...x, label: "predicted" },
    grid: "both",
    legend: [
      { name: "test row", look },
      { name: "predicted = true", look: ideal },
    ],
    marks: (toX, toY) =>
      `${circles(points, toX, toY)}\n${segment(toX(least), toY(least), toX(most), toY(most), ideal)}`,
  });
}

/** Finite, and small enough that differences are finite, too. */
function isDrawable(value: number): boolean {
  return Math.abs(value) < 1e300;
}

function curveLook(index: number): Look {
  const dash = DASHES[index % DASHES.length];
  return {
    color: COLORS[index % COLORS.length] as string,
    ...(dash !== undefined && { dash }),
    symbol: SYMBOLS[index % SYMBOLS.length] as typeof symbolCircle,
  };
}

/** @param shift position of the first symbol between two symbols, 0 to 1, so that the symbols of curves do not coincide */
function curve(values: readonly number[], look: Look, epochs: number, shift: number, x: Scale, y: Scale): string {
  const path = line<number>((_, index) => x(index + 1), y)
    .defined(isDrawable)
    .digits(1)(values as number[]);
  const every = epochs <= MOST_SYMBOLS ? 1 : Math.ceil((2 * epochs) / MOST_SYMBOLS);
  const first = Math.floor(shift * every);
  const isAlone = (index: number) =>
    !isDrawable(values[index - 1] as number) && !isDrawable(values[index + 1] as number);
  const symbols = values.flatMap((value, index) => {
    const isMarked = isDrawable(value) && (index % every === first || isAlone(index));
    return isMarked && look.symbol ? [symbolAt(look.symbol, x(index + 1), y(value), look.color)] : [];
  });
  return [...(path ? [`<path d="${path}" ${strokeOf(look)} stroke-linejoin="round"/>`] : []), ...symbols].join("\n");
}

/** "train loss: 2.1 in epoch 1, 0.05 in epoch 25". */
function describe({ name, values }: Curve): string {
  const finite = values.flatMap((value, index) => (isDrawable(value) ? [{ value, epoch: index + 1 }] : []));
  const ends = finite.length > 1 ? [finite[0], finite.at(-1)] : finite;
  const texts = ends.map((end) => end && `${Number(end.value.toPrecision(4))} in epoch ${end.epoch}`);
  return `${name}: ${texts.join(", ") || "no values"}`;
}

/** What the chart leaves out; undefined if it draws every row. */
function leftOut(rows: number, finite: number, drawn: number): string | undefined {
  const count = (value: number) => value.toLocaleString("en");
  const texts = [
    ...(rows === 0 ? ["no values"] : []),
    ...(drawn < rows ? [`${count(drawn)} of ${count(rows)} points`] : []),
    ...(finite < rows ? [`${count(rows - finite)} not finite`] : []),
  ];
  return texts.length > 0 ? texts.join(", ") : undefined;
}

function circles(points: readonly [number, number][], x: Scale, y: Scale): string {
  const circle = ([actual, predicted]: [number, number]) =>
    `<circle cx="${rounded(x(actual))}" cy="${rounded(y(predicted))}" r="3.5" fill-opacity="0.6"/>`;
  return points.length === 0 ? "" : `<g fill="${COLORS[0]}">\n${points.map(circle).join("\n")}\n</g>`;
}
