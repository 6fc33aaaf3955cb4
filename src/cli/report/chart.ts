/** The frame of a chart as standalone SVG: title, axes, legend. The caller draws the marks inside. */

import { type Axis, linear, type Scale, widest } from "./axis.js";
import { escaped, FONT_SIZE, fitted, type Look, segment, symbolAt, text, textWidth } from "./svg.js";

export interface Chart {
  readonly title: string;
  /** Smaller, below the title. */
  readonly subtitle?: string;
  /** Text alternative for people who do not see the picture. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Also draws vertical grid lines. */
  readonly grid?: "both";
  readonly legend: readonly { readonly name: string; readonly look: Look }[];
  /** SVG of the marks inside the frame. */
  marks(x: Scale, y: Scale): string;
}

const WIDTH = 720;
/** With one row in the legend; further rows add LEGEND_ROW. */
const HEIGHT = 400;
const LEGEND_ROW = 24;
const PLOT_BOTTOM = HEIGHT - 92;
/** Bold letters are about as wide as those of a font larger by this factor. */
const BOLD = 1.12;
const INK = "#1f2328";
const DIM = "#59636e";
const AXIS: Look = { color: INK, width: 1 };
const GRID: Look = { color: "#d8dee4", width: 1 };
/** Longest label next to the y axis, in pixels, that still fits into the picture. */
const MOST_LABEL = PLOT_BOTTOM + 32;

/** `chart` as SVG, 720 pixels wide and 400 high, higher if the legend has several rows, on white. The same chart has the same bytes. */
export function chartSvg(chart: Chart): string {
  const { title, subtitle, x, y } = chart;
  const rows = legendRows(chart.legend);
  const height = HEIGHT + Math.max(0, rows.length - 1) * LEGEND_ROW;
  const left = Math.max(64, 44 + widest(y));
  const right = WIDTH - Math.max(28, 8 + textWidth(x.ticks.at(-1)?.text ?? "") / 2);
  const frame = { left, right, top: subtitle === undefined ? 56 : 72, bottom: PLOT_BOTTOM };
  const [scaleX, scaleY] = [linear(x.domain, [left, right]), linear(y.domain, [frame.bottom, frame.top])];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" \
role="img" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}" fill="${INK}">
<title>${escaped(title)}</title>
<desc>${escaped(chart.description)}</desc>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${text(fitted(title, WIDTH - 32, BOLD * 18), WIDTH / 2, 30, `text-anchor="middle" font-size="18" font-weight="600"`)}
${subtitle === undefined ? "" : text(fitted(subtitle, WIDTH - 32), WIDTH / 2, 52, `text-anchor="middle" fill="${DIM}"`)}
${yAxis(y, scaleY, frame)}
${xAxis(x, scaleX, frame, chart.grid === "both")}
${chart.marks(scaleX, scaleY)}
${rows.map((row, index) => legendRow(row, HEIGHT - 22 + index * LEGEND_ROW)).join("\n")}
</svg>
`;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function yAxis({ label, ticks }: Axis, scale: Scale, { left, right, top, bottom }: Frame): string {
  const middle = (top + bottom) / 2;
  const marks = ticks.map(({ value, text: name }) => {
    const y = scale(value);
    return `${segment(left, y, right, y, GRID)}\n${text(name, left - 8, y + 5, 'text-anchor="end"')}`;
  });
  const turned = `text-anchor="middle" transform="rotate(-90 22 ${middle})"`;
  return [...marks, text(fitted(label, MOST_LABEL), 22, middle, turned)].join("\n");
}

function xAxis({ label, ticks }: Axis, scale: Scale, { left, right, top, bottom }: Frame, isGrid: boolean): string {
  const marks = ticks.map(({ value, text: name }) => {
    const x = scale(value);
    const line = isGrid ? `${segment(x, top, x, bottom, GRID)}\n` : "";
    return `${line}${segment(x, bottom, x, bottom + 5, AXIS)}\n${text(name, x, bottom + 20, 'text-anchor="middle"')}`;
  });
  const name = text(label, (left + right) / 2, bottom + 42, 'text-anchor="middle"');
  const side = isGrid ? [segment(left, top, left, bottom, AXIS)] : [];
  return [...marks, ...side, segment(left, bottom, right, bottom, AXIS), name].join("\n");
}

type Item = Chart["legend"][number];

const SAMPLE = 40;
const SAMPLE_GAP = 8;
const ITEM_GAP = 32;
const MOST_ROW = WIDTH - 32;

const itemWidth = ({ name }: Item) => SAMPLE + SAMPLE_GAP + textWidth(name);

/** As many items to a row as fit. */
function legendRows(legend: Chart["legend"]): Item[][] {
  const rows: Item[][] = [];
  let room = 0;
  for (const { name, look } of legend) {
    const item = { name: fitted(name, MOST_ROW - SAMPLE - SAMPLE_GAP), look };
    const needed = itemWidth(item) + ITEM_GAP;
    if (needed > room) {
      rows.push([]);
      room = MOST_ROW + ITEM_GAP;
    }
    rows.at(-1)?.push(item);
    room -= needed;
  }
  return rows;
}

function legendRow(items: readonly Item[], y: number): string {
  const width = items.reduce((sum, item) => sum + itemWidth(item) + ITEM_GAP, -ITEM_GAP);
  let x = (WIDTH - width) / 2;
  const drawn = items.map((item) => {
    const sample = lookSample(item.look, x, y);
    const name = text(item.name, x + SAMPLE + SAMPLE_GAP, y + 5);
    x += itemWidth(item) + ITEM_GAP;
    return `${sample}\n${name}`;
  });
  return drawn.join("\n");
}

function lookSample(look: Look, x: number, y: number): string {
  const line = look.line === false ? "" : segment(x, y, x + SAMPLE, y, look);
  return line + (look.symbol ? symbolAt(look.symbol, x + SAMPLE / 2, y, look.color) : "");
}
