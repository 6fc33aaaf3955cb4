/** The axes of a chart: their range, ticks and scale. */

import { nice, tickStep, ticks } from "d3-array";
import { FONT_SIZE, textWidth } from "./svg.js";

export interface Axis {
  readonly label: string;
  readonly domain: Range;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

type Range = readonly [from: number, to: number];

/** Maps values to pixels. */
export type Scale = (value: number) => number;

export function linear([from, to]: Range, [start, end]: Range): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Width of the longest tick label, in pixels. */
export function widest(axis: Axis): number {
  return axis.ticks.reduce((most, { text }) => Math.max(most, textWidth(text)), 0);
}

/** An axis of epochs, with ticks at 1 and about seven round numbers. */
export function epochAxis(epochs: number): Axis {
  // A single epoch is in the middle.
  const domain = epochs > 1 ? ([1, epochs] as const) : ([0, 2] as const);
  const round = epochs > 1 ? ticks(1, epochs, 7).filter((tick) => Number.isInteger(tick) && tick > 1) : [];
  return { label: "epoch", domain, ticks: [1, ...round].map((value) => ({ value, text: fixed(value, 0) })) };
}

/**
 * An axis from the smallest to the largest of the finite `values`, extended to round numbers. It has about six ticks, fewer if their
 * labels need more than `room` pixels.
 */
export function valueAxis(label: string, values: Iterable<number>, room = Number.POSITIVE_INFINITY): Axis {
  const [least, most] = widened(extent(values));
  for (let count = 6; ; --count) {
    const [from, to] = nice(least, most, count);
    const format = tickFormat([from, to], tickStep(from, to, count));
    const round = ticks(from, to, count).map((value) => ({ value, text: format(value) }));
    const axis: Axis = { label, domain: [from, to], ticks: round };
    if (count === 2 || axis.ticks.length * (widest(axis) + FONT_SIZE) <= room) return axis;
  }
}

/** The smallest and the largest value; 0 and 1 if there are none. */
function extent(values: Iterable<number>): Range {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least <= most ? [least, most] : [0, 1];
}

/** Widens a range of one value, which would have no length. */
function widened([least, most]: Range): Range {
  if (least < most) return [least, most];
  const around = Math.abs(least) / 10 || 1;
  return [least - around, most + around];
}

/** As many decimals as the ticks need; powers of ten if these would be many. */
function tickFormat([least, most]: Range, step: number): (value: number) => string {
  if (Math.max(Math.abs(least), Math.abs(most)) <= 1e7 && most - least >= 1e-4) {
    // A step is 1, 2 or 5 times a power of ten: the place of the last digit. Math.log10 would differ between engines in its last bits.
    const decimals = Math.max(0, -Number(step.toExponential(0).split("e")[1]));
    return (value) => fixed(value, decimals);
  }
  // Ticks are sums: 12 digits drop the rounding errors.
  return (value) => (value === 0 ? "0" : typeset(Number(value.toPrecision(12)).toExponential().replace("e+", "e")));
}

function fixed(value: number, decimals: number): string {
  // Not −0.
  const number = value === 0 ? 0 : value;
  return typeset(number.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

/** With a minus sign, which is as wide as a plus sign, for a hyphen. */
function typeset(number: string): string {
  return number.replace(/^-/, "\u2212");
}
