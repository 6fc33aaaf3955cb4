/** The parts of charts as SVG: lines, symbols and texts. */

import { type SymbolType, symbol } from "d3-shape";

/** Size in pixels of every text except titles. */
export const FONT_SIZE = 14;

/** The look of one set of marks. Dash and symbol tell sets apart without colour. */
export interface Look {
  readonly color: string;
  /** `stroke-dasharray`; undefined: solid. */
  readonly dash?: string;
  /** Line width in pixels; default 2. */
  readonly width?: number;
  /** Undefined: a line without symbols. */
  readonly symbol?: SymbolType;
  /** False: symbols without a line. */
  readonly line?: false;
}

/** The attributes of a line with this look. */
export function strokeOf({ color, dash, width = 2 }: Look): string {
  return `fill="none" stroke="${color}" stroke-width="${width}"${dash === undefined ? "" : ` stroke-dasharray="${dash}"`}`;
}

/** A symbol that marks a point of a curve. */
export function symbolAt(type: SymbolType, x: number, y: number, color: string): string {
  const path = symbol(type, 45).digits(2)();
  return `<path d="${path}" transform="translate(${rounded(x)} ${rounded(y)})" fill="${color}"/>`;
}

/** To a tenth of a pixel. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A straight line. */
export function segment(x1: number, y1: number, x2: number, y2: number, look: Look): string {
  return `<path d="M${rounded(x1)},${rounded(y1)}L${rounded(x2)},${rounded(y2)}" ${strokeOf(look)}/>`;
}

/** A text whose baseline starts at (x, y), unless the attribute `text-anchor` says otherwise. */
export function text(content: string, x: number, y: number, attributes = ""): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;
}

const NARROW = /[ijlt.,:;'|!() [\]]/;

/** Upper estimate of the width of a text, for wide fonts such as DejaVu Sans. East Asian characters fill a square. */
export function textWidth(content: string, size = FONT_SIZE): number {
  const width = (character: string) => (character >= "\u2e80" ? 1 : NARROW.test(character) ? 0.36 : 0.64);
  return [...content].reduce((sum, character) => sum + width(character) * size, 0);
}

/** `content`, cut to about `width` pixels. */
export function fitted(content: string, width: number, size = FONT_SIZE): string {
  if (textWidth(content, size) <= width) return content;
  const kept = [...content];
  while (kept.length > 0 && textWidth(`${kept.join("")}…`, size) > width) kept.pop();
  return `${kept.join("")}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that XML forbids even as entities: control characters other than tab and line ends, lone surrogates, noncharacters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Cs}\ufffe\uffff]/gu;

/** `text` as the content of an element or of a quoted attribute; what XML forbids becomes U+FFFD. */
export function escaped(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
