/** Checks of options: of layers, losses, optimizers, schedules and of training. */

import { isUint8Array, viewKind } from "./typed-arrays.js";

/** Every option of `T`: the compiler asks for those that are missing here. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses an option that is none of `names`, as a slip would change nothing, silently; and an object that has no options at all
 * although it is not empty, such as a Map or a promise that was not awaited.
 *
 * @throws TypeError
 */
export function checkOptions<T extends object>(what: string, options: T, names: OptionNames<T>): void {
  checkRecord(`${what}: options`, options);
  let some = false;
  // Inherited ones, too: reading an option finds them.
  for (const name in options) {
    some = true;
    if (Object.hasOwn(names, name)) continue;
    throw new TypeError(`${what}: expected the options ${Object.keys(names).join(", ")}, got ${name}`);
  }
  // An instance of a class may have options as accessors.
  if (some || isPlain(options) || Object.keys(names).some((name) => name in options)) return;
  throw new TypeError(`${what}: options: expected an object with options, got ${describe(options)} without any`);
}

/** @throws TypeError unless the value is an object with keys of its own: neither an array, a Map, nor a promise */
export function checkRecord(what: string, value: unknown): void {
  if (typeof value === "object" && value !== null && tagOf(value) === "Object") return;
  const hint = tagOf(value) === "Promise" ? ": await it" : "";
  throw new TypeError(`${what}: expected an object, got ${describe(value)}${hint}`);
}

/** Whether an object was written as `{ … }`, in whatever realm, or has no prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Where an option's numbers lie: at least 0 unless it is said otherwise. */
export interface Bounds {
  /** At least this; default 0. */
  readonly least?: number;
  /** Greater than 0, also as a float. */
  readonly positive?: boolean;
  /** Less than this. */
  readonly below?: number;
  /** At most this. */
  readonly most?: number;
}

/** @throws TypeError for what is no number; RangeError for one that is not finite or out of bounds */
export function checkNumber(name: string, value: unknown, bounds: Bounds = {}): void {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, got ${describe(value)}`);
  const { least = 0, positive, below, most } = bounds;
  const inside =
    (positive ? Math.fround(value) > 0 : value >= least) &&
    !(value >= (below ?? Infinity)) &&
    !(value > (most ?? Infinity));
  if (Number.isFinite(value) && inside) return;
  const upper = below === undefined ? (most === undefined ? "" : ` and at most ${most}`) : ` and below ${below}`;
  const lower = positive ? " above 0" : least === Number.NEGATIVE_INFINITY ? "" : ` of at least ${least}`;
  throw new RangeError(`${name}: expected a finite number${lower}${upper}, got ${value}`);
}

/** @throws TypeError for what is no number; RangeError for one that is not an integer from `least` up */
export function checkInteger(name: string, value: unknown, least: number): void {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, got ${describe(value)}`);
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${name}: expected an integer of at least ${least}, got ${value}`);
}

/** @throws TypeError for what is neither true nor false */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new TypeError(`${name}: expected true or false, got ${describe(value)}`);
}

/** @throws TypeError for anything but a Uint8Array, such as the ArrayBuffer of a response */
export function checkBytes(name: string, bytes: unknown): void {
  if (!isUint8Array(bytes)) throw new TypeError(`${name}: expected a Uint8Array, got ${describe(bytes)}`);
}

/**
 * The value as a list of numbers: an array, or a typed array of floats or integers of at most 32 bits.
 *
 * @throws TypeError for anything else, such as what JSON makes of a typed array, and for elements that are not numbers
 */
export function checkNumberList(what: string, value: unknown): ArrayLike<number> {
  if (/^(Float|U?[Ii]nt)/.test(viewKind(value) ?? "")) return value as ArrayLike<number>;
  if (!Array.isArray(value)) {
    const isJson = typeof value === "object" && value !== null && Object.hasOwn(value, "0");
    const hint = isJson ? "; JSON turns a typed array into such an object: write Array.from(…) instead" : "";
    throw new TypeError(`${what}: expected a list of numbers, got ${describe(value)}${hint}`);
  }
  const bad = value.findIndex((element) => typeof element !== "number");
  if (bad < 0) return value as number[];
  throw new TypeError(`${what}[${bad}]: expected a number, got ${describe(value[bad])}`);
}

/** @throws TypeError, RangeError unless it is a pair of numbers from 0 to below 1 */
export function checkBetas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new TypeError(`betas: expected a pair of numbers, got ${describe(betas)}`);
  }
  for (const [index, beta] of betas.entries()) checkNumber(`betas[${index}]`, beta, { below: 1 });
}

/** Elements of an array, and characters of a text, that a message shows. */
const MOST_ELEMENTS = 8;
const MOST_CHARACTERS = 80;

/**
 * A value for the message of an error, with its type where it could be mistaken for another: "1" must not read like 1, nor a list
 * like its only element.
 */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return describeArray(value);
  const kind = viewKind(value);
  if (kind !== undefined) return `${withArticle(kind)} of length ${(value as Uint8Array).length}`;
  switch (typeof value) {
    case "string":
      return `the string ${quote(value)}`;
    case "function":
      return value.name === "" ? "a function" : `the function ${value.name}`;
    case "object":
      return value === null ? "null" : describeObject(value);
    case "symbol":
      return "a symbol";
    case "bigint":
      return `${value}n`;
    default:
      return String(value);
  }
}

function describeArray(array: readonly unknown[]): string {
  if (array.length > MOST_ELEMENTS) return `an array of length ${array.length}`;
  const elements = array.map((element) => {
    if (typeof element === "string") return quote(element);
    return typeof element === "object" && element !== null ? "…" : String(element);
  });
  return `the array [${elements.join(", ")}]`;
}

function describeObject(value: object): string {
  const tag = tagOf(value);
  const name: unknown = tag === "Object" ? value.constructor?.name : tag;
  if (typeof name === "string" && name !== "" && name !== "Object") return withArticle(name);
  const keys = Object.keys(value);
  if (keys.length === 0) return "an object without keys";
  const more = keys.length > MOST_ELEMENTS ? ", …" : "";
  return `an object with the keys ${keys.slice(0, MOST_ELEMENTS).map(quote).join(", ")}${more}`;
}

function withArticle(name: string): string {
  return `${/^(?!Uint)[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}

/** A text in quotes on one line, cut to a length that a message can have. */
function quote(text: string): string {
  const cut = text.length > MOST_CHARACTERS;
  return JSON.stringify(cut ? text.slice(0, MOST_CHARACTERS) : text) + (cut ? "…" : "");
}
