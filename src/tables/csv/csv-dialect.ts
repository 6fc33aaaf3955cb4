/** How a CSV file is written, from its first rows: its delimiter, its header, and its numbers' marks. */

import Papa from "papaparse";
import { isMissing } from "../missing.js";
import {
  type Decimal,
  type Evidence,
  evidenceOf,
  NumberReader,
  type NumberStyle,
  PLAIN_STYLE,
  type Thousands,
} from "../written-number.js";

/** Rows that are looked at. */
const ROWS = 100;
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** What is known of a file beforehand. */
export interface KnownDialect {
  /** A blank: runs of blanks. */
  readonly delimiter?: string | undefined;
  readonly decimal?: Decimal | undefined;
  readonly thousands?: Thousands | undefined;
  readonly header?: boolean | "auto" | undefined;
}

export interface CsvDialect {
  readonly delimiter: string;
  /** Whether runs of blanks delimit; the delimiter is then a tab, which they are replaced with. */
  readonly blanks: boolean;
  /** Of each column. */
  readonly styles: readonly NumberStyle[];
  /** Whether the first row holds names. */
  readonly header: boolean;
  /** Whether the rows have a field more than the header, before its names, as R writes them. */
  readonly rowNames: boolean;
}

/** Whether it may stand between the fields of a CSV file: one character, of which quotes and lines are not made. */
export function isDelimiter(text: unknown): boolean {
  return typeof text === "string" && text.length === 1 && !'"\r\n\ufeff'.includes(text);
}

type Rows = readonly (readonly string[])[];

/**
 * @param text the file's beginning, its line ends `\n`
 * @param cut whether the file goes on behind it: the last row is then not whole
 */
export function findDialect(text: string, cut: boolean, known: KnownDialect): CsvDialect {
  const { delimiter, blanks, rows } = findRows(text, cut, known.delimiter);
  const [first = [], ...others] = rows;
  const rowNames = known.header !== false && areNamed(first, others);
  const columns = rows.reduce((most, fields) => Math.max(most, fields.length), 0);
  const styles = findStyles(rows, columns, delimiter, known);
  const { header = "auto" } = known;
  return {
    delimiter,
    blanks,
    styles,
    rowNames,
    header: rowNames || (header === "auto" ? isHeader(rows, styles) : header),
  };
}

/** Whether the rows begin with a field more than the header has; a delimiter at the end of each makes a last one that is empty. */
function areNamed({ length }: readonly string[], rows: Rows): boolean {
  return rows.length > 0 && rows.every((row) => row.length === length + 1) && rows.some((row) => row[length] !== "");
}

interface FirstRows {
  readonly delimiter: string;
  readonly blanks: boolean;
  readonly rows: Rows;
}

function findRows(text: string, cut: boolean, delimiter: string | undefined): FirstRows {
  const inBlanks = () => ({ ...readRows(blanksToTabs(text), cut, "\t"), blanks: true });
  if (delimiter === " ") return inBlanks();
  const found = readRows(text, cut, delimiter);
  if (delimiter !== undefined) return found;
  const guessed = found.delimiter === "," ? withoutCommas(text, cut, found) : found;
  if (guessed.delimiter !== "\t" && isEven(guessed.rows)) return guessed;
  const blank = inBlanks();
  return isEven(blank.rows) && shareOfNumbers(blank.rows, ".") > shareOfNumbers(guessed.rows, ".") ? blank : guessed;
}

/** Whole lines in which a tab stands for each run of blanks that is not quoted, and none at the ends. */
export function blanksToTabs(text: string): string {
  const tabs = text.replace(/"(?:[^"]|"")*"|[^\S\n]+/g, (part) => (part.startsWith('"') ? part : "\t"));
  return tabs.replace(/^\t|\t$/gm, "");
}

function readRows(text: string, cut: boolean, delimiter?: string): FirstRows {
  const { meta, data } = Papa.parse<string[]>(text, {
    ...(delimiter !== undefined && { delimiter }),
    delimitersToGuess: [...DELIMITERS],
    newline: "\n",
    skipEmptyLines: true,
    preview: ROWS,
  });
  // Of a first row that is too long to be whole, its beginning.
  const isCut = cut && !meta.truncated && data.length > 1;
  return { delimiter: meta.delimiter, blanks: false, rows: isCut ? data.slice(0, -1) : data };
}

const isEven = (rows: Rows) =>
  (rows[0]?.length ?? 0) > 1 && rows.every(({ length }) => length === (rows.at(-1) as readonly string[]).length);

/**
 * The rows with another delimiter, if the commas are decimal marks: another one gives rows of the same length, and commas do
 * not, or fewer of their fields are numbers: 1,5;2,7.
 */
function withoutCommas(text: string, cut: boolean, guessed: FirstRows): FirstRows {
  for (const delimiter of DELIMITERS.slice(1)) {
    const other = readRows(text, cut, delimiter);
    if (!isEven(other.rows)) continue;
    if (!isEven(guessed.rows) || shareOfNumbers(other.rows, ",") > shareOfNumbers(guessed.rows, ".")) return other;
  }
  return guessed;
}

function shareOfNumbers(rows: Rows, decimal: Decimal): number {
  const fields = rows.flat();
  const reader = new NumberReader({ decimal });
  return fields.filter((field) => reader.read(field.trim()) !== undefined).length / fields.length;
}

/** A column's marks are those that its own fields show, or else the others do; a decimal point if they do not agree. */
function findStyles(
  rows: Rows,
  columns: number,
  delimiter: string,
  { decimal, thousands }: KnownDialect,
): NumberStyle[] {
  const shown = Array.from({ length: columns }, (_, column) => {
    const found = new Set(rows.map((fields) => evidenceOf((fields[column] ?? "").trim())));
    found.delete(undefined);
    return found as ReadonlySet<Evidence>;
  });
  const some = (...kinds: Evidence[]) => shown.some((found) => kinds.some((kind) => found.has(kind)));
  const commas = some("decimal comma", "thousands point") && !some("decimal point", "thousands comma");
  return shown.map((found) => {
    const style = styleOf(found, delimiter === ",", commas);
    if (decimal === undefined && thousands === undefined) return style;
    if (decimal !== undefined) return { decimal, ...(thousands !== undefined && { thousands }) };
    const own = thousands === "," ? "." : thousands === "." ? "," : style.decimal;
    return { decimal: own, thousands: thousands as Thousands };
  });
}

const COMMA: NumberStyle = { decimal: "," };
const ENGLISH: NumberStyle = { decimal: ".", thousands: "," };
const GERMAN: NumberStyle = { decimal: ",", thousands: "." };

/**
 * @param inCommas whether commas delimit: 1,234 in quotes is then an English thousand, elsewhere a decimal comma
 * @param othersHaveCommas whether the file's other columns have decimal commas: 1.234 is then a thousand
 */
function styleOf(found: ReadonlySet<Evidence>, inCommas: boolean, othersHaveCommas: boolean): NumberStyle {
  if (found.has("decimal point")) return found.has("comma") || found.has("thousands comma") ? ENGLISH : PLAIN_STYLE;
  if (found.has("thousands comma")) return ENGLISH;
  if (found.has("thousands point")) return GERMAN;
  if (found.has("decimal comma")) return found.has("point") ? GERMAN : COMMA;
  if (found.has("comma")) return inCommas && !othersHaveCommas ? ENGLISH : COMMA;
  if (found.has("point")) return othersHaveCommas ? GERMAN : PLAIN_STYLE;
  return othersHaveCommas ? COMMA : PLAIN_STYLE;
}

/**
 * Whether the first row holds names. The rows below decide: a text above numbers is a name, a number above texts is data. A first
 * row of numbers alone is one of names if it counts: 0, 1, 2; of texts above texts, unless most come again below.
 */
function isHeader(rows: Rows, styles: readonly NumberStyle[]): boolean {
  const [first = [], ...below] = rows.map((fields) => fields.map((field) => field.trim()));
  const isNumber = (field: string, column: number) => new NumberReader(styles[column]).read(field) !== undefined;
  const numbers = first.map(isNumber);
  const texts = first.map((field, column) => !numbers[column] && !isMissing(field));
  if (!numbers.includes(true)) return texts.includes(true) && !(below.length > 0 && comesAgain(first, below));
  if (below.length === 0) return false;
  const isNumeric = first.map((_, column) => {
    const fields = below.map((row) => row[column] ?? "").filter((field) => !isMissing(field));
    return fields.length > 0 && fields.every((field) => isNumber(field, column));
  });
  const isDistinct = new Set(first).size === first.length;
  if (texts.some((isText, column) => isText && isNumeric[column])) return isDistinct;
  const count = (row: readonly string[]) => row.filter((_, column) => numbers[column]);
  const least = Number(count(first)[0]);
  // Pandas has nothing above its row numbers, and columns from 0 on.
  const isPandas = first[0] === "" && least === 0 && isNumeric[0] === true;
  if (!counts(count(first), isPandas ? 1 : 3) || below.some((row) => counts(count(row), 3))) return false;
  // Beside texts, which may be names or data: years, or from 0 on.
  return !texts.includes(true) || least === 0 || (least >= 1800 && least < 2100);
}

/** Whether the numbers go up by one, at least so many of them. */
function counts(fields: readonly string[], atLeast: number): boolean {
  const from = Number(fields[0]);
  return (
    fields.length >= atLeast && fields.every((field, index) => /^\d+$/.test(field) && Number(field) === from + index)
  );
}

/** Whether most fields of the first row are values of their column. */
function comesAgain(first: readonly string[], below: Rows): boolean {
  const again = first.filter((field, column) => field !== "" && below.some((row) => row[column] === field));
  return again.length > first.length / 2;
}
