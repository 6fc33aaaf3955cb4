/** Where the compiled binaries come from: the library's folder, or the caller. */

import { checkFunction, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import type { URLLike, WebAssemblyModuleLike } from "../checks/platform-types.js";
import { fetchBinary } from "./binary-file.js";
import { loadBinary } from "./binary-files.js";
import type { BinaryName } from "./variant.js";

/**
 * A value for each binary: a table, in which a binary that is missing is not used, or a function that returns the binary
 * that is needed.
 */
export type PerBinary<T> = { readonly [name in BinaryName]?: T } | ((name: BinaryName) => T | Promise<T>);

/** Where the binaries come from, if not from the library's folder. Give at most one of these options. */
export interface BinaryOptions {
  /**
   * URL of the folder with `simd.wasm`, `relaxed.wasm`, `simd-shared.wasm` and `relaxed-shared.wasm`, or a URL for each. A
   * string is relative to the page, in Node to the current folder.
   */
  readonly wasmUrl?: string | URLLike | PerBinary<string | URLLike>;
  /** The bytes of each binary. */
  readonly wasmBinary?: PerBinary<ArrayBuffer | ArrayBufferView>;
  /** Each binary compiled, for runtimes that compile ahead of time and forbid it later. */
  readonly wasmModule?: PerBinary<WebAssemblyModuleLike>;
}

/** The binaries an engine may use. */
export interface Binaries {
  /** The option that gave them; undefined for the library's own. */
  readonly option: keyof BinaryOptions | undefined;
  has(name: BinaryName): boolean;
  /** @throws TypeError for a value of a wrong type; FormatError for anything but a binary of simdgrad; LoadError */
  compile(name: BinaryName): Promise<WebAssemblyModuleLike>;
}

/** In the order in which messages list them. */
const NAMES: readonly BinaryName[] = ["simd", "relaxed", "simd-shared", "relaxed-shared"];
const OPTIONS = ["wasmUrl", "wasmBinary", "wasmModule"] as const;

/** @throws TypeError for several options, or one of a wrong type; RangeError for an unknown binary, or none */
export function chooseBinaries(options: BinaryOptions): Binaries {
  const given = OPTIONS.filter((option) => options[option] !== undefined);
  if (given.length > 1) {
    throw new TypeError(`${OPTIONS.join(", ")}: expected at most one of them, got ${given.join(" and ")}`);
  }
  const option = given[0];
  if (!option) {
    return {
      option,
      has: () => true,
      compile: async (name) => compileBytes(await loadBinary(name), `${name}.wasm beside the library`),
    };
  }
  const value = options[option];
  if (option === "wasmUrl" && (typeof value === "string" || isUrl(value))) {
    return { option, has: () => true, compile: (name) => compileFrom(inFolder(value, name)) };
  }
  const table = value as PerBinary<unknown>;
  checkTable(option, table);
  const find = (name: BinaryName) => (typeof table === "function" ? table(name) : table[name]);
  return {
    option,
    has: (name) => typeof table === "function" || table[name] !== undefined,
    compile: async (name) => COMPILERS[option](await find(name), `${option}: ${name}`),
  };
}

/** How to compile a value of each option. */
const COMPILERS: Record<keyof BinaryOptions, (value: unknown, name: string) => Promise<WebAssembly.Module>> = {
  wasmUrl: async (value, name) => {
    if (typeof value === "string" || isUrl(value)) return compileFrom(value);
    throw wrongType(name, "a URL", value);
  },
  wasmBinary: async (value, name) => {
    if (isBytes(value)) return compileBytes(value, name);
    throw wrongType(name, "an ArrayBuffer or a view of one", value);
  },
  wasmModule: async (value, name) => {
    // By its tag: the module may come from another realm.
    if (Object.prototype.toString.call(value) === "[object WebAssembly.Module]")
      return checkExports(value as WebAssembly.Module, name);
    throw wrongType(name, "a WebAssembly.Module", value);
  },
};

function checkTable(option: keyof BinaryOptions, table: unknown): void {
  if (typeof table === "function") {
    checkFunction(option, table);
    return;
  }
  const isTable = typeof table === "object" && table !== null && !isBytes(table);
  if (!isTable || Object.prototype.toString.call(table) !== "[object Object]") {
    const folder = option === "wasmUrl" ? "the URL of a folder, " : "";
    throw wrongType(option, `${folder}a table by binary (${NAMES.join(", ")}) or a function of its name`, table);
  }
  const keys = Object.keys(table);
  const unknown = keys.find((key) => !NAMES.includes(key as BinaryName));
  if (unknown !== undefined || keys.length === 0) {
    throw new RangeError(`${option}: expected some of ${NAMES.join(", ")}, got ${unknown ?? "an empty table"}`);
  }
}

function inFolder(folder: string | URL, name: BinaryName): string | URL {
  if (typeof folder === "string") return `${folder}${/(^|\/)$/.test(folder) ? "" : "/"}${name}.wasm`;
  const url = new URL(folder);
  url.pathname += `${url.pathname.endsWith("/") ? "" : "/"}${name}.wasm`;
  return url;
}

async function compileFrom(url: string | URL): Promise<WebAssembly.Module> {
  return compileBytes(await fetchBinary(url), String(url));
}

/** @throws FormatError unless the bytes begin like a binary: a server may answer with a page if the file is missing */
async function compileBytes(bytes: BufferSource, name: string): Promise<WebAssembly.Module> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const start = String.fromCharCode(...view.subarray(0, 4));
  if (start !== "\0asm") {
    throw new FormatError(
      `${name}: expected a WebAssembly binary, got ${view.length} bytes that begin with ${JSON.stringify(start)}`,
    );
  }
  try {
    return checkExports(await WebAssembly.compile(bytes), name);
  } catch (error) {
    // A content security policy can refuse a valid binary. Then the engine's message says so.
    if (!(error instanceof WebAssembly.CompileError) || WebAssembly.validate(bytes)) throw error;
    throw new FormatError(`${name}: expected a WebAssembly binary, got ${view.length} bytes: ${error.message}`);
  }
}

/** @throws FormatError for a module that is not ours: it lacks the export that every engine calls first */
function checkExports(module: WebAssembly.Module, name: string): WebAssembly.Module {
  const exported = WebAssembly.Module.exports(module).map((entry) => entry.name);
  if (exported.includes("initTeam")) return module;
  const got = exported.length > 0 ? exported.slice(0, 5).join(", ") : "nothing";
  throw new FormatError(`${name}: expected a binary of simdgrad, got a module that exports ${got}`);
}

/** By its tag, as for modules. */
function isUrl(value: unknown): value is URL {
  return Object.prototype.toString.call(value) === "[object URL]";
}

function isBytes(value: unknown): value is BufferSource {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
