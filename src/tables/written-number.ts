/** Parses numbers as people and spreadsheets write them: 1,234.5, 1.234,5, 12 %, $2.39, (3), −4. */

const { isFinite: isFiniteNumber } = Number;

/** The decimal separator. */
export type Decimal = "." | ",";

/** The thousands separator: a space includes the no-break space, an apostrophe the curly one. */
export type Thousands = "," | "." | " " | "'";

/** How a column's numbers are written. Without `thousands`, unambiguous separators are still read: 1,234,567. */
export interface NumberStyle {
  readonly decimal: Decimal;
  readonly thousands?: Thousands;
}

/** The style of a file without separators. */
export const PLAIN_STYLE: NumberStyle = { decimal: "." };

/** Parses a finite decimal number; undefined for anything else, such as hexadecimal numbers. */
export function plainNumber(text: string): number | undefined {
  const value = +text;
  if (!isFiniteNumber(value) || text === "") return undefined;
  // JavaScript parses 0x1f, 0o7 and 0b1 as numbers (never with a sign); in a table they are names.
  const prefixed = text.charCodeAt(0) === 0x30 && text.charCodeAt(1) > 0x39 && /^0[xob]/i.test(text);
  return prefixed ? undefined : value;
}

/** No-break spaces, including narrow ones and figure spaces. */
const SPACES = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const CURRENCY = /^(?:US\$|R\$|[$€£¥₹₩₽₺₫₪₴฿]|USD|EUR|GBP|CHF|JPY)|(?:[$€£¥₹₩₽₺₫₪₴฿]|USD|EUR|GBP|CHF|JPY)$/;
const SIGN = /^[+-]/;

/** A text without a number's sign, currency and percent sign. */
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
/** Matches groups of three digits, or India's groups of two before the last; fewer than four digits have no groups. */
const GROUPED = {
  ",": /^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/,
  ".": /^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
  " ": /^\d{1,3}(?: \d{3})+(?:[.,]\d*)?$/,
  "'": /^\d{1,3}(?:['’]\d{3})+(?:[.,]\d*)?$/,
} as const satisfies Record<Thousands, RegExp>;
/** Matches points that must separate thousands: several of them, or a comma after them. */
const SURE_POINTS = /^[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d*)?$|^[1-9]\d{0,2}\.\d{3},\d*$/;

/** Parses the numbers of a column and notes their separators. */
export class NumberReader {
  readonly #style: NumberStyle;
  /** Whether a number was written with a decimal comma. */
  hasDecimalComma = false;
  /** The thousands separator of a number. */
  thousands: Thousands | undefined;
  /** Percent signs and currencies, in the order of their first rows. */
  readonly units = new Set<string>();

  constructor(style: NumberStyle = PLAIN_STYLE) {
    this.#style = style;
  }

  /** Parses a finite number; undefined for anything else. */
  read(text: string): number | undefined {
    // Most numbers are plain. With decimal commas, a point is not a decimal separator.
    const { decimal, thousands } = this.#style;
    if (decimal === "." || !(text.includes(".") || (thousands && text.includes(thousands)))) {
      const value = plainNumber(decimal === "." ? text : text.replace(",", "."));
      if (value !== undefined) {
        if (decimal === ",") this.hasDecimalComma ||= text.includes(",");
        return value;
      }
    }
    // Not a number: most names end here.
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

  /** The thousands separator in a number, if any. */
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

/** What a number's separators show about its column's style. */
export type Evidence = "decimal point" | "decimal comma" | "thousands comma" | "thousands point" | "comma" | "point";

/** Undefined unless the text is a number with separators; `comma` and `point` for 1,234 and 1.234, which are ambiguous. */
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
