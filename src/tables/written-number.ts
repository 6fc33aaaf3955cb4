/** Numbers as people and spreadsheets write them: 1,234.5, 1.234,5, 12 %, $2.39, (3), −4. */

const { isFinite: isFiniteNumber } = Number;

/** What parts a number's fraction from its whole. */
export type Decimal = "." | ",";

/** What parts thousands: a space is also one that does not break, an apostrophe also a curled one. */
export type Thousands = "," | "." | " " | "'";

/** How a column's numbers are written. Without `thousands`, marks that can be nothing else are still read: 1,234,567. */
export interface NumberStyle {
  readonly decimal: Decimal;
  readonly thousands?: Thousands;
}

/** The style of a file without marks of its own. */
export const PLAIN_STYLE: NumberStyle = { decimal: "." };

/** The finite decimal number that a text is; undefined for anything else, hexadecimal among it. */
export function plainNumber(text: string): number | undefined {
  const value = +text;
  if (!isFiniteNumber(value) || text === "") return undefined;
  // JavaScript reads 0x1f, 0o7 and 0b1 as numbers; in a table they are names. It takes no sign before them.
  const prefixed = text.charCodeAt(0) === 0x30 && text.charCodeAt(1) > 0x39 && /^0[xob]/i.test(text);
  return prefixed ? undefined : value;
}

/** Spaces that do not break, narrow ones and figure spaces among them. */
const SPACES = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const CURRENCY = /^(?:US\$|R\$|[$€£¥₹₩₽₺₫₪₴฿]|USD|EUR|GBP|CHF|JPY)|(?:[$€£¥₹₩₽₺₫₪₴฿]|USD|EUR|GBP|CHF|JPY)$/;
const SIGN = /^[+-]/;

/** A text without what surrounds a number: its sign, its currency, its percent sign. */
export interface BareNumber {
  readonly negative: boolean;
  /** Digits, marks and an exponent, if it is a number. */
  readonly digits: string;
  /** `%`, or the currency; undefined for none. */
  readonly unit: string | undefined;
}

export function bareNumber(text: string): BareNumber {
  let rest = text
    .replace(SPACES, " ")
    .replace(/\u2212/g, "-")
    .trim();
  let negative = false;
  let unit: string | undefined;
  // Accountants' −5.
  const bracketed = /^\((.*\d.*)\)$/.exec(rest);
  if (bracketed) [negative, rest] = [true, (bracketed[1] as string).trim()];
  const takeSign = () => {
    if (!SIGN.test(rest)) return;
    if (rest.startsWith("-")) negative = !negative;
    rest = rest.slice(1).trimStart();
  };
  const hadSign = SIGN.test(rest);
  takeSign();
  if (rest.endsWith("%")) [unit, rest] = ["%", rest.slice(0, -1).trimEnd()];
  else {
    const currency = CURRENCY.exec(rest)?.[0];
    if (currency !== undefined) {
      unit = currency;
      rest = (rest.startsWith(currency) ? rest.slice(currency.length) : rest.slice(0, -currency.length)).trim();
      if (!hadSign) takeSign();
    }
  }
  return { negative, digits: rest, unit };
}

const PLAIN = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Groups of three digits, or India's of two before the last; a whole of less than four digits has none. */
const GROUPED = {
  ",": /^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/,
  ".": /^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
  " ": /^\d{1,3}(?: \d{3})+(?:[.,]\d*)?$/,
  "'": /^\d{1,3}(?:['’]\d{3})+(?:[.,]\d*)?$/,
} as const satisfies Record<Thousands, RegExp>;
/** Points that can be nothing but thousands': several of them, or a comma after them. */
const SURE_POINTS = /^[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d*)?$|^[1-9]\d{0,2}\.\d{3},\d*$/;

/** The numbers of a column, and the marks that were in them. */
export class NumberReader {
  readonly #style: NumberStyle;
  /** Whether a number was written with a decimal comma. */
  hasDecimalComma = false;
  /** The thousands' mark that a number was written with. */
  thousands: Thousands | undefined;
  /** Percent signs and currencies, in the order of their first rows. */
  readonly units = new Set<string>();

  constructor(style: NumberStyle = PLAIN_STYLE) {
    this.#style = style;
  }

  /** The finite number that a text is; undefined for anything else. */
  read(text: string): number | undefined {
    // Most are plain; with decimal commas a point is none of a fraction.
    const { decimal, thousands } = this.#style;
    if (decimal === "." || !(text.includes(".") || (thousands && text.includes(thousands)))) {
      const value = plainNumber(decimal === "." ? text : text.replace(",", "."));
      if (value !== undefined) {
        if (decimal === ",") this.hasDecimalComma ||= text.includes(",");
        return value;
      }
    }
    // Names end here.
    if (!/\d/.test(text)) return undefined;
    const { negative, digits, unit } = bareNumber(text);
    const value = this.#readDigits(digits);
    if (value === undefined || !isFiniteNumber(value)) return undefined;
    if (unit !== undefined) this.units.add(unit);
    return negative ? -value : value;
  }

  #readDigits(digits: string): number | undefined {
    const mark = this.#thousandsOf(digits);
    if (mark !== undefined) {
      this.thousands = mark;
      const whole = mark === "'" ? digits.replace(/['’]/g, "") : digits.replaceAll(mark, "");
      if (whole.includes(",")) this.hasDecimalComma = true;
      return Number(whole.replace(",", "."));
    }
    if (this.#style.decimal === ".") return PLAIN.test(digits) ? Number(digits) : undefined;
    const point = digits.replace(",", ".");
    if (digits.includes(".") || !PLAIN.test(point)) return undefined;
    if (digits.includes(",")) this.hasDecimalComma = true;
    return Number(point);
  }

  /** The mark that parts a number's thousands, if one does. */
  #thousandsOf(digits: string): Thousands | undefined {
    const { decimal, thousands } = this.#style;
    if (thousands !== undefined && GROUPED[thousands].test(digits)) return thousands;
    if (digits.startsWith("0")) return undefined;
    if (GROUPED[" "].test(digits)) return " ";
    if (GROUPED["'"].test(digits)) return "'";
    if (decimal === "." && GROUPED[","].test(digits)) return ",";
    return decimal === "," && SURE_POINTS.test(digits) ? "." : undefined;
  }
}

/** What a number's marks show of its column's style. */
export type Evidence = "decimal point" | "decimal comma" | "thousands comma" | "thousands point" | "comma" | "point";

/** undefined where the text is no number, or has no mark; `comma` and `point` for 1,234 and 1.234, which may be either. */
export function evidenceOf(text: string): Evidence | undefined {
  if (!/\d[.,]|[.,]\d/.test(text)) return undefined;
  const { digits } = bareNumber(text);
  const [comma, point] = [digits.indexOf(","), digits.indexOf(".")];
  if (comma >= 0 && point >= 0) {
    if (point > comma) return GROUPED[","].test(digits) ? "decimal point" : undefined;
    return GROUPED["."].test(digits) ? "decimal comma" : undefined;
  }
  if (comma >= 0) {
    if (GROUPED[","].test(digits)) return digits.indexOf(",", comma + 1) >= 0 ? "thousands comma" : "comma";
    return PLAIN.test(digits.replace(",", ".")) ? "decimal comma" : undefined;
  }
  if (GROUPED["."].test(digits)) return digits.indexOf(".", point + 1) >= 0 ? "thousands point" : "point";
  return PLAIN.test(digits) ? "decimal point" : undefined;
}
