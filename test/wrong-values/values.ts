/** What strangers pass by mistake, and what an error has to say of it. */

import { testEngine } from "../training/fixture.js";

const converts = () => {
  throw new Error("a value of the caller's was converted");
};
const hostile = { toString: converts, valueOf: converts, [Symbol.toPrimitive]: converts };

/** Values by name. */
export const WRONG: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  "0": () => 0,
  "-1": () => -1,
  "0.5": () => 0.5,
  "1e12": () => 1e12,
  "1e21": () => 1e21,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "5n": () => 5n,
  '""': () => "",
  '"1"': () => "1",
  '"relu"': () => "relu",
  "a long text": () => "x".repeat(1000),
  "a symbol": () => Symbol("s"),
  "a function": () => () => 1,
  "an async function": () => async () => 1,
  "a class": () => class Thing {},
  "[]": () => [],
  "[1, 2]": () => [1, 2],
  "[-1, NaN]": () => [-1, Number.NaN],
  '["1"]': () => ["1"],
  "[undefined]": () => [undefined],
  "[null]": () => [null],
  "[a symbol]": () => [Symbol("s")],
  "[1n]": () => [1n],
  "[[1, 2], [3]]": () => [[1, 2], [3]],
  "[a list of a negative length]": () => [{ length: -1 }],
  "a sparse list": () => new Array(3),
  "{}": () => ({}),
  "an object": () => ({ a: 1 }),
  "a length alone": () => ({ length: 2 }),
  "a negative length": () => ({ length: -1 }),
  "a symbol for a length": () => ({ length: Symbol("s"), rows: Symbol("r"), columns: Symbol("c"), type: Symbol("t") }),
  "no prototype": () => Object.create(null),
  "a value that does not convert": () => ({ ...hostile }),
  "parts that do not convert": () => {
    const [length, rows, columns, shape, data, type] = Array.from({ length: 6 }, () => ({ ...hostile }));
    return { length, rows, columns, shape, data, type };
  },
  "a Map": () => new Map([["a", 1]]),
  "a Set": () => new Set([1]),
  "a Date": () => new Date(0),
  "a RegExp": () => /x/,
  "an Error": () => new Error("x"),
  "a URL": () => new URL("file:///nowhere/x"),
  "a promise": () => Promise.resolve(1),
  "an engine not awaited": () => testEngine(),
  "an ArrayBuffer": () => new ArrayBuffer(8),
  "a DataView": () => new DataView(new ArrayBuffer(8)),
  "a Float32Array": () => Float32Array.of(1, 2),
  "a Float64Array": () => Float64Array.of(1, Number.NaN),
  "a BigInt64Array": () => BigInt64Array.of(1n),
  "a Buffer": () => Buffer.from("abc"),
  "a matrix of another engine": async () => (await testEngine()).matrix(1, 2, [1, 2]),
};

/** Names of the values that are handed over as promises. */
export const PROMISES: readonly string[] = ["a promise", "an engine not awaited"];

/** What engines say of values that nobody looked at. */
const NATIVE =
  /Cannot (read|set|destructure|convert|mix|access|create|assign|add|delete|define|redefine)|is not (a function|iterable|a constructor|an object|defined)|undefined \(reading|[Ii]nvalid (array|typed array|time|string|value|count|data view|URL|regular)|Reduce of empty|argument must be|Receiver|Iterator value|Spread syntax|Method .* called on|object null|call stack|start offset|out of bounds|outside (of )?the bounds|Class constructor|serialize a BigInt|was converted|incompatible receiver|free: address/;

/** Messages without an expectation that are right as they are; the last are of files that are not there. */
const WITHOUT_EXPECTATION =
  /disposed|being trained|belongs to a network|linear memory: cannot grow|^cannot load .*: |^MNIST not found|: cannot be written \(E[A-Z]{4,}: |^E[A-Z]{4,}: [a-z ]+, [a-z]+( '|$)/;

/** What is wrong with an error; undefined if nothing is. */
export function problemOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const { message } = error;
  if (WITHOUT_EXPECTATION.test(message)) return undefined;
  if (NATIVE.test(message)) return `native: ${message}`;
  const [, expected, got] = /expected (.*?),? got:? ?(.*)$/s.exec(message) ?? [];
  if (expected === undefined) return `says not what it expected: ${message}`;
  if (got === undefined || got.trim() === "") return `empty got: ${message}`;
  if (/\[object |\(\) =>|x{100}/.test(got)) return `got is no description: ${message}`;
  return expected === got ? `equal: ${message}` : undefined;
}

/** What a value is, as far as anyone could take it for another: lists by what they consist of, numbers by whether they are finite. */
export function kindOf(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? "number" : "NaN or infinite";
  if (typeof value !== "object") return typeof value;
  if (value === null) return "null";
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && tag !== "DataView")) {
    const kinds = new Set(Array.from(value as ArrayLike<unknown>, kindOf));
    return kinds.size === 0 ? "empty list" : `list of ${[...kinds].sort().join(" or ")}`;
  }
  if (tag !== "Object") return tag;
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  if (name !== undefined && name !== "Object") return String(name);
  return Object.keys(value).length === 0 ? "empty record" : "record";
}

/** Whether a value could be meant where another is right: those are not held against a function that takes them. */
export function mayBeMeant(value: unknown, right: unknown): boolean {
  const [own, other] = [kindOf(value), kindOf(right)];
  // Those of this list are of another engine.
  if (own === "Matrix") return false;
  if (own === other && own !== "record") return true;
  if (own === "empty list") return other.startsWith("list of ");
  return own === "empty record" && other === "record";
}
