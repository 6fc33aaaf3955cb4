/** Drawings made of characters: digits, the confusion matrix, the chart of the curves. */

import { plot } from "simple-ascii-chart";

/** Characters from dark to light. */
const RAMP = " .:-=+*#%@";
/** Between two images. */
const GAP = "  ";

/** Whether the stream can show colours and cursor movements. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

/** Images of `shape` (default 28 × 28), each under its title, as many side by side as fit into `columns` characters. */
export function drawDigits(
  images: readonly Uint8Array[],
  titles: readonly string[],
  colour: boolean,
  columns = 120,
  shape: readonly [height: number, width: number] = [28, 28],
): string {
  const [height, width] = shape;
  if (width > columns) return `images of ${height}x${width} are too wide to draw in ${columns} characters`;
  const cell = titles.reduce((most, { length }) => Math.max(most, length), width);
  const most = Math.max(1, Math.floor((columns + GAP.length) / (cell + GAP.length)));
  // Four in two rows of two rather than three and one.
  const across = Math.ceil(images.length / Math.ceil(images.length / most));
  const rows: string[] = [];
  for (let start = 0; start < images.length; start += across) {
    const end = start + across;
    rows.push(drawRow(images.slice(start, end), titles.slice(start, end), colour, shape, cell));
  }
  return rows.join("\n\n");
}

/** Two pixel rows a line. @param cell characters from an image to the next one, without the gap */
function drawRow(
  images: readonly Uint8Array[],
  titles: readonly string[],
  colour: boolean,
  [height, width]: readonly [number, number],
  cell: number,
): string {
  const lines = [titles.map((title) => title.padEnd(cell)).join(GAP)];
  const room = " ".repeat(cell - width);
  for (let row = 0; row < height; row += 2) {
    const cells = images.map((image) =>
      Array.from({ length: width }, (_, column) => {
        const upper = image[row * width + column] as number;
        const lower = image[(row + 1) * width + column] ?? 0;
        return colour ? halfBlock(upper, lower) : character((upper + lower) / 2);
      }).join(""),
    );
    lines.push(cells.map((text) => (colour ? `${text}\x1b[0m` : text) + room).join(GAP));
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Two pixels in one cell: the upper half in the foreground's grey, the lower in the background's. */
function halfBlock(upper: number, lower: number): string {
  const grey = (value: number) => 232 + Math.round((value / 255) * 23);
  return `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m▀`;
}

function character(value: number): string {
  return RAMP[Math.min(RAMP.length - 1, Math.floor((value / 256) * RAMP.length))] as string;
}

/** A text from a file, on one line of at most `most` characters, without characters that would move the cursor. */
export function printable(text: string, most: number): string {
  const plain = text.replace(/\p{C}/gu, "\ufffd");
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

/** A text of several lines with names from files, without other characters that would move the cursor. */
export function printableLines(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "\ufffd");
}

/** Counts by label (rows) and prediction (columns), aligned. */
export function confusionTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const names = classes.map((name) => printable(name, 12));
  const longest = (texts: readonly string[]) => texts.reduce((most, { length }) => Math.max(most, length), 0);
  const cell = Math.max(
    5,
    1 + longest(names),
    1 + confusion.reduce((most, counts) => Math.max(most, longest(counts.map(String))), 0),
  );
  const first = Math.max(5, longest(names));
  const cells = (values: readonly (number | string)[]) => values.map((value) => String(value).padStart(cell)).join("");
  const head = `${"label".padEnd(first)}  predicted\n${"".padEnd(first)}${cells(names)}`;
  return [head, ...confusion.map((counts, label) => `${names[label]?.padStart(first)}${cells(counts)}`)].join("\n");
}

/** Two curves over the epochs; undefined values leave a gap. */
export interface CurveChart {
  readonly title: string;
  readonly train: readonly (number | undefined)[];
  readonly validation: readonly (number | undefined)[];
  /** Upper end of the y axis; default: the largest value. */
  readonly most?: number;
}

/** Both curves as characters, at most `columns` wide and `lines` high unless these are very few. */
export function curveChart(
  { title, train, validation, most }: CurveChart,
  colour: boolean,
  columns = 80,
  lines = 24,
): string {
  const points = (values: readonly (number | undefined)[]) =>
    values.flatMap((value, index) =>
      Number.isFinite(value) ? [[index + 1, value as number] as [number, number]] : [],
    );
  const curves = [
    { name: "train", color: "ansiCyan" as const, points: points(train) },
    { name: "validation", color: "ansiYellow" as const, points: points(validation) },
  ].filter((curve) => curve.points.length > 0);
  const values = curves.flatMap((curve) => curve.points.map(([, value]) => value));
  if (values.length === 0) return "";
  const [smallest, largest] = extent(values);
  const least = Math.floor(smallest * 100) / 100;
  const highest = Math.max(most ?? Math.ceil(largest * 100) / 100, least + 0.01);
  return plot(
    curves.map((curve) => curve.points),
    {
      width: Math.max(20, Math.min(60, columns - 14)),
      height: Math.max(4, Math.min(12, lines - 10)),
      title,
      ...(colour ? { color: curves.map(({ color }) => color) } : {}),
      legend: { position: "bottom", series: curves.map(({ name }) => name) },
      yRange: [least, highest],
      customXAxisTicks: epochTicks(Math.max(train.length, validation.length)),
      customYAxisTicks: [0, 1, 2, 3, 4].map((quarter) => least + ((highest - least) * quarter) / 4),
      formatter: (value, { axis }) => (axis === "y" ? value.toFixed(3) : String(value)),
    },
  );
}

/** The smallest and the largest of the values. */
function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** The first epoch and at most ten round ones, so that their numbers do not overlap. */
function epochTicks(epochs: number): number[] {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, epochs / 10)));
  const every = [1, 2, 5, 10].map((factor) => factor * magnitude).find((step) => epochs / step <= 10) as number;
  const round = Array.from({ length: Math.floor(epochs / every) }, (_, index) => (index + 1) * every);
  return every === 1 ? round : [1, ...round];
}
