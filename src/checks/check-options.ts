/** Checks of options. */

import { isUint8Array, viewKind } from "./typed-arrays.js";

const { isFinite: isFiniteNumber } = Number;
const { fround } = Math;

/** Every option of `T`: the compiler reports those that are missing. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses an unknown option, since a typo would silently have no effect, and an object that cannot have options, such as a Map
 * or a promise that was not awaited.
 *
 * @throws TypeError
 */
export function checkOptions<T extends object>(what: string, options: T, names: OptionNames<T>): void {
  checkRecord(`${what}: options`, options);
  let some = false;
  // Also checks inherited options, because reading an option finds them.
  for (const name in options) {
    some = true;
    if (Object.hasOwn(names, name)) continue;
    throw new TypeError(`${what}: expected the options ${Object.keys(names).join(", ")}, got ${name}`);
  }
  // An instance of a class may have accessors as options.
  if (some || isPlain(options) || Object.keys(names).some((name) => name in options)) return;
  throw new TypeError(`${what}: options: expected an object with options, got ${describe(options)} without any`);
}

/** @throws TypeError unless the value is an object with keys: not an array, a Map or a promise */
export function checkRecord(what: string, value: unknown, expected = "an object"): void {
  if (typeof value === "object" && value !== null && tagOf(value) === "Object") return;
  throw wrongType(what, expected, value);
}

/** The error for a value of a wrong type. @param hint what to do about it; the default for a promise is to await it */
export function wrongType(what: string, expected: string, value: unknown, hint?: string): TypeError {
  const advice = hint ?? (isPromise(value) ? ": await it" : "");
  return new TypeError(`${what}: expected ${expected}, got ${describe(value)}${advice}`);
}

export function isPromise(value: unknown): boolean {
  return tagOf(value) === "Promise";
}

/** Whether an object was written as `{ … }`, in any realm, or has no prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Limits of a number: at least 0 unless they say otherwise. */
export interface Bounds {
  /** At least this; default 0. */
  readonly least?: number;
  /** Greater than 0, also as a float32. */
  readonly positive?: boolean;
  /** Less than this. */
  readonly below?: number;
  /** At most this. */
  readonly most?: number;
  /** Never stored as a float32, so it may be larger. */
  readonly double?: boolean;
}

/** All finite numbers. */
export const ANY_NUMBER: Bounds = { least: Number.NEGATIVE_INFINITY };
export const ANY_DOUBLE: Bounds = { ...ANY_NUMBER, double: true };

/** @throws TypeError for anything but a number; RangeError for one outside the limits, or not finite as a float32 */
export function checkNumber(name: string, value: unknown, bounds: Bounds = {}): void {
  if (typeof value !== "number") throw wrongType(name, "a number", value);
  const { least = 0, positive, below, most, double } = bounds;
  const float = double ? value : fround(value);
  const inside =
    (positive ? float > 0 : value >= least) && !(value >= (below ?? Infinity)) && !(value > (most ?? Infinity));
  if (isFiniteNumber(float) && inside) return;
  const upper = below === undefined ? (most === undefined ? "" : ` and at most ${most}`) : ` and below ${below}`;
  const lower = positive ? " above 0" : least === Number.NEGATIVE_INFINITY ? "" : ` of at least ${least}`;
  throw new RangeError(`${name}: expected a finite number${lower}${upper}, got ${shownNumber(value)}`);
}

/** A number for a message, with a note if it is finite but not as a float32. */
export function shownNumber(value: number): string {
  return `${value}${Number.isFinite(value) && !Number.isFinite(Math.fround(value)) ? " (too large for float32)" : ""}`;
}

/** @throws TypeError for anything but a number; RangeError unless it is an integer from `least` to `most` */
export function checkInteger(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (typeof value !== "number") throw wrongType(name, "a number", value);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name}: expected an integer ${rangeFor(value, least, most)}, got ${value}`);
}

/** The range of an integer for a message. Names the largest safe integer only if the value is beyond it. */
export function rangeFor(value: number, least: number, most = Number.MAX_SAFE_INTEGER): string {
  if (most < Number.MAX_SAFE_INTEGER) return `from ${least} to ${most}`;
  return Number.isInteger(value) && value > most ? `from ${least} to 2^53 - 1` : `of at least ${least}`;
}

/** @throws TypeError for anything but true and false */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw wrongType(name, "true or false", value);
}

/** @throws TypeError for anything but a function; a class cannot be called */
export function checkFunction(name: string, value: unknown, expected = "a function"): void {
  if (typeof value !== "function" || isClass(value)) throw wrongType(name, expected, value);
}

/** @throws TypeError for anything but a string */
export function checkText(name: string, value: unknown, expected = "a string"): void {
  if (typeof value !== "string") throw wrongType(name, expected, value);
}

/** @throws TypeError for anything but a string; RangeError for one that is not a choice */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const quoted = choices.map(quote);
  const last = quoted.pop();
  const list = quoted.length === 0 ? String(last) : `${quoted.join(", ")} or ${last}`;
  if (typeof value !== "string") throw wrongType(name, list, value);
  throw new RangeError(`${name}: expected ${list}, got ${describe(value)}`);
}

/** @param name of the file, for messages; @throws TypeError for anything but a Uint8Array, such as the ArrayBuffer of a response */
export function checkBytes(name: string, bytes: unknown): void {
  checkText("name", name, "the name of a file");
  if (!isUint8Array(bytes)) throw wrongType(name, "a Uint8Array", bytes);
}

/** @throws TypeError, RangeError unless it is a pair of numbers from 0 to below 1 */
export function checkBetas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) throw wrongType("betas", "a pair of numbers", betas);
  for (const [index, beta] of betas.entries()) checkNumber(`betas[${index}]`, beta, { below: 1 });
}

/** The message of an error, or a description of anything else that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : describe(error);
}

/** How many elements of an array, and characters of a string, a message shows. */
const MOST_ELEMENTS = 8;
const MOST_CHARACTERS = 80;

/**
 * Describes a value for an error message, with its type if it could be mistaken: "1" must not read like 1, nor a list like its
 * only element. Never calls the value's own methods.
 */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return describeArray(value);
  const kind = viewKind(value);
  if (kind === "DataView") return "a DataView";
  if (kind !== undefined) return `${withArticle(kind)} of length ${(value as Uint8Array).length}`;
  switch (typeof value) {
    case "string":
      return `the string ${quote(value)}`;
    case "function": {
      const kind = isClass(value) ? "class" : "function";
      return isName(value.name) ? `the ${kind} ${value.name}` : `a ${kind}`;
    }
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return describeScalar(value);
  }
}

function describeArray(array: readonly unknown[]): string {
  if (array.length > MOST_ELEMENTS) return `an array of length ${array.length}`;
  const elements = Array.from(array, (element) => {
    if (typeof element === "string") return quote(element);
    const isWhole = (typeof element === "object" && element !== null) || typeof element === "function";
    return isWhole ? "…" : describeScalar(element);
  });
  return `the array [${elements.join(", ")}]`;
}

function describeScalar(value: unknown): string {
  if (typeof value === "symbol") return "a symbol";
  return typeof value === "bigint" ? `${value.toString().slice(0, MOST_CHARACTERS)}n` : String(value);
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function describeObject(value: object): string {
  const tag = tagOf(value);
  const name: unknown = tag === "Object" ? value.constructor?.name : tag;
  if (isName(name) && name !== "Object") return withArticle(name);
  const keys = Object.keys(value);
  if (keys.length === 0) return "an object without keys";
  const more = keys.length > MOST_ELEMENTS ? ", …" : "";
  return `an object with the keys ${keys.slice(0, MOST_ELEMENTS).map(quote).join(", ")}${more}`;
}

/** A class may have a method with this name. */
function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "" && name.length <= MOST_CHARACTERS;
}

function withArticle(name: string): string {
  return `${/^(?!Uint)[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}

/** A string in quotes on one line, shortened for a message. */
function quote(text: string): string {
  const cut = text.length > MOST_CHARACTERS;
  return JSON.stringify(cut ? text.slice(0, MOST_CHARACTERS) : text) + (cut ? "…" : "");
}

/** Puts `what` in front of an error's message, once. A frozen error, or one of the browser's, stays as it is. */
export function prefixed(what: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.startsWith(`${what}: `)) {
    Reflect.set(error, "message", `${what}: ${error.message}`);
  }
  return error;
}
