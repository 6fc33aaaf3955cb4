/** Parsers of command-line values: a wrong one ends the program with exit code 2 before anything has begun. */

import { InvalidArgumentError } from "commander";
import { decoderOf } from "../tables/chunks.js";
import { isDelimiter } from "../tables/csv/csv-dialect.js";

/** A parser of integers from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected an integer ${range}, got "${text}".`);
    }
    return value;
  };
}

/** A finite number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  // As the kernels have it: what float32 takes for zero, or for infinite, is none.
  const float = Math.fround(value);
  if (text.trim() === "" || !Number.isFinite(float) || float <= 0) {
    throw new InvalidArgumentError(`Expected a finite number above 0, got "${text}".`);
  }
  return value;
}

/** A fraction from 0 to below 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError(`Expected a number from 0 to below 1, got "${text}".`);
}

/** A finite number of at least 0. */
export function seconds(text: string): number {
  return text.trim() === "0" ? 0 : positiveNumber(text);
}

/** Texts, added to those that the option was given before. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** A label of the Encoding Standard. */
export function encoding(text: string): string {
  try {
    decoderOf(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Epochs without an improvement after which training ends, or none: all of them are trained. */
export function patience(text: string): number | "none" {
  return text === "none" ? text : integer(1)(text);
}

/** A list that an option has in one piece: of a second one it would not be clear whether it is added, or in place of the first. */
export function once<T>(parse: (text: string) => T): (text: string, before?: T) => T {
  return (text, before) => {
    if (before === undefined) return parse(text);
    throw new InvalidArgumentError(`Expected all of it in one option, got another, "${text}".`);
  };
}

/** What stands between the fields of a CSV file; `\\t` is a tab. */
export function delimiter(text: string): string {
  if (text === "\\t" || isDelimiter(text)) return text;
  throw new InvalidArgumentError(`Expected one character that is neither a quote nor a line end, got "${text}".`);
}

/** A name among `names`, which a colon and options may follow: `sgd:momentum=0.9,nesterov=true`. */
export function spec(names: readonly string[]): (text: string) => string {
  return (text) => {
    const [name = "", rest] = text.split(/:(.*)/s);
    if (!names.includes(name)) throw new InvalidArgumentError(`Expected one of ${names.join(", ")}, got "${name}".`);
    if (/(^|,)type=/.test(rest ?? "")) throw new InvalidArgumentError(`Expected options of ${name}, got its type.`);
    if (rest !== undefined && !/^\w+=[^=,]+(,\w+=[^=,]+)*$/.test(rest)) {
      throw new InvalidArgumentError(`Expected ${name}:option=value,option=value, got "${text}".`);
    }
    const options = (rest ?? "").split(",").map((part) => part.split("=")[0]);
    const twice = options.find((option, index) => options.indexOf(option) < index);
    if (twice === undefined) return text;
    throw new InvalidArgumentError(`Expected each option of ${name} once, got ${twice} twice.`);
  };
}

/** A number of threads, or "auto". */
export function threadCount(text: string): number | "auto" {
  return text === "auto" ? text : integer(1, 64)(text);
}

/** Sizes of hidden layers, separated by commas; an empty text is none. */
export function layerSizes(text: string): number[] {
  return text.trim() === "" ? [] : text.split(",").map((size) => integer(1, 1_000_000)(size));
}
