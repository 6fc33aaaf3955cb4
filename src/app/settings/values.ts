/** Kinds of values of settings: how each is parsed from the text of an option or a link, and written as text. */

import { spelling } from "../../network/catalogue.js";

export interface Value<T> {
  /** "an integer from 1 to 64", for messages. */
  readonly expected: string;
  /** All names, if the value is one of a few. */
  readonly choices?: readonly string[];
  /** @throws RangeError that says what it expected */
  parse(text: string): T;
  write(value: T): string;
}

/** @param read returns undefined for any other text */
function value<T>(expected: string, read: (text: string) => T | undefined, write: (value: T) => string): Value<T> {
  const parse = (text: string) => {
    const found = read(text);
    if (found !== undefined) return found;
    throw new RangeError(`expected ${expected}, got "${text}"`);
  };
  return { expected, parse, write };
}

/** Integers from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Value<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return value(`an integer ${range}`, (text) => numberIn(text, Number.isSafeInteger, least, most), String);
}

/** The same, written only in digits, for links. */
export function digits(least: number, most: number): Value<number> {
  const { expected, parse, write } = integer(least, most);
  return value(
    expected,
    (text) => (/^\d+$/.test(text) ? readValue({ expected, parse, write }, text) : undefined),
    write,
  );
}

/** Numbers whose float32 is finite and above zero. */
export const positive: Value<number> = value("a finite number above 0", (text) => positiveOf(text), String);

/** Numbers of at least zero whose float32 is finite. */
export const nonNegative: Value<number> = value(
  "a finite number of at least 0",
  (text) => (text.trim() === "0" ? 0 : positiveOf(text)),
  String,
);

/** Numbers above zero and up to `most`. */
export function positiveUpTo(most: number): Value<number> {
  return value(`a number above 0 and up to ${most}`, (text) => numberIn(text, (n) => n > 0, 0, most), String);
}

/** Numbers from 0 to below 1. */
export const fraction: Value<number> = value(
  "a number from 0 to below 1",
  (text) => numberIn(text, (number) => number < 1, 0, 1),
  String,
);

/** One of `names`. Also reads the old spelling of a name. */
export function oneOf<T extends string>(names: readonly T[]): Value<T> {
  const find = (text: string) => names.find((name) => name === text || name === spelled(text));
  return { ...value(`one of ${names.join(", ")}`, find, String), choices: names };
}

/** A value of `kind`, or the word. */
export function orWord<T, W extends string>(word: W, kind: Value<T>): Value<T | W> {
  const parse = (text: string): T | W => (text === word ? word : kind.parse(text));
  const write = (given: T | W) => (given === word ? word : kind.write(given as T));
  return { expected: `${word}, or ${kind.expected}`, parse, write };
}

/** Values separated by commas; an empty text means none. */
export function listOfValues<T>(kind: Value<T>): Value<readonly T[]> {
  const parse = (text: string) => (text.trim() === "" ? [] : text.split(",").map((part) => kind.parse(part.trim())));
  return { expected: `${kind.expected}, or several with commas`, parse, write: (values) => values.join(",") };
}

/** Lists of at most `most` values. */
export function shortList<T>(kind: Value<readonly T[]>, most: number, expected: string): Value<readonly T[]> {
  const read = (text: string) => {
    const values = readValue(kind, text);
    return values && values.length <= most ? values : undefined;
  };
  return value(expected, read, kind.write);
}

/** A name among `names`, which a colon and options may follow: `sgd:momentum=0.9,nesterov=true`. */
export function spec(names: readonly string[]): Value<string> {
  const expected = `one of ${names.join(", ")}`;
  const parse = (given: string) => {
    const text = spelled(given);
    const [name = "", rest] = text.split(/:(.*)/s);
    if (!names.includes(name)) throw new RangeError(`expected ${expected}, got "${name}"`);
    if (/(^|,)type=/.test(rest ?? "")) throw new RangeError(`expected options of ${name}, got its type`);
    if (rest !== undefined && !/^\w+=[^=,]+(,\w+=[^=,]+)*$/.test(rest)) {
      throw new RangeError(`expected ${name}:option=value,option=value, got "${text}"`);
    }
    const options = (rest ?? "").split(",").map((part) => part.split("=")[0]);
    const twice = options.find((option, index) => options.indexOf(option) < index);
    if (twice === undefined) return text;
    throw new RangeError(`expected each option of ${name} once, got ${twice} twice`);
  };
  return { expected, parse, write: String };
}

/** Any text. */
export const text: Value<string> = textThat("a text", () => true);

/** Texts for which `isSo` is true. */
export function textThat(expected: string, isSo: (text: string) => boolean): Value<string> {
  return value(expected, (given) => (isSo(given) ? given : undefined), String);
}

function numberIn(
  text: string,
  isAllowed: (number: number) => boolean,
  least: number,
  most: number,
): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && number >= least && number <= most && isAllowed(number) ? number : undefined;
}

function positiveOf(text: string): number | undefined {
  const number = Number(text);
  const float = Math.fround(number);
  return text.trim() !== "" && Number.isFinite(float) && float > 0 ? number : undefined;
}

/** The value of a text; undefined if it is wrong. */
export function readValue<T>(kind: Value<T>, text: string): T | undefined {
  try {
    return kind.parse(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A name with its options, `one-cycle:percentStart=0.4`, in the current spelling `oneCycle:percentStart=0.4`. */
export function spelled(text: string): string {
  return changeName(text, spelling);
}

/** The same in the spelling of earlier versions, which identifies their runs. */
export function spelledBefore(text: string): string {
  return changeName(text, (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}

function changeName(text: string, change: (name: string) => string): string {
  const [name = "", ...options] = text.split(/(?=:)/);
  return [change(name), ...options].join("");
}
