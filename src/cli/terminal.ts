/** What is drawn with characters: digits, the confusion matrix, the chart of both accuracies. */

import { plot } from "simple-ascii-chart";

/** Characters from dark to light. */
const RAMP = " .:-=+*#%@";
const SIDE = 28;
/** Between two images. */
const GAP = "  ";

/** Whether colours and cursor movements may be used. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

/** Images of 28 × 28 bytes, each under its title, as many side by side as fit into `width` characters. */
export function drawDigits(
  images: readonly Uint8Array[],
  titles: readonly string[],
  colour: boolean,
  width = 120,
): string {
  const across = Math.max(1, Math.floor((width + GAP.length) / (SIDE + GAP.length)));
  const rows: string[] = [];
  for (let start = 0; start < images.length; start += across) {
    rows.push(drawRow(images.slice(start, start + across), titles.slice(start, start + across), colour));
  }
  return rows.join("\n\n");
}

/** Two pixel rows a line. */
function drawRow(images: readonly Uint8Array[], titles: readonly string[], colour: boolean): string {
  const lines = [titles.map((title) => title.padEnd(SIDE)).join(GAP)];
  for (let row = 0; row < SIDE; row += 2) {
    const cells = images.map((image) =>
      Array.from({ length: SIDE }, (_, column) => {
        const upper = image[row * SIDE + column] as number;
        const lower = image[(row + 1) * SIDE + column] as number;
        return colour ? halfBlock(upper, lower) : character((upper + lower) / 2);
      }).join(""),
    );
    lines.push(cells.map((cell) => (colour ? `${cell}\x1b[0m` : cell)).join(GAP));
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

/** Counts by label (rows) and prediction (columns), aligned. */
export function confusionTable(confusion: readonly (readonly number[])[]): string {
  const width = Math.max(5, ...confusion.flat().map((count) => String(count).length + 1));
  const cells = (values: readonly (number | string)[]) => values.map((value) => String(value).padStart(width)).join("");
  const head = `label  predicted\n     ${cells(confusion.map((_, index) => index))}`;
  return [head, ...confusion.map((counts, label) => `${String(label).padStart(5)}${cells(counts)}`)].join("\n");
}

/** Training and validation accuracy over the epochs. */
export function accuracyChart(
  train: readonly number[],
  validation: readonly number[],
  colour: boolean,
  columns = 80,
): string {
  const points = (values: readonly number[]) => values.map((value, index) => [index + 1, value] as [number, number]);
  const least = Math.min(...train, ...validation);
  return plot([points(train), points(validation)], {
    width: Math.max(20, Math.min(60, columns - 12)),
    height: 12,
    title: "accuracy",
    ...(colour ? { color: ["ansiCyan", "ansiYellow"] } : {}),
    legend: { position: "bottom", series: ["train", "validation"] },
    yRange: [Math.floor(least * 100) / 100, 1],
    formatter: (value, { axis }) => (axis === "y" ? value.toFixed(3) : String(Math.round(value))),
  });
}
