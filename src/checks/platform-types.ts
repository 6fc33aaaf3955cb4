/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The parts of the platform's types that the library uses. Declarations name these instead of the DOM's or Node's types, so they
 * work in programs that have neither. Real signals, URLs and memories fit them.
 */

/** An `AbortSignal` of a browser, of Node, or of a polyfill. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** The error that aborted work throws. */
  readonly reason?: unknown;
}

/** A `URL`. */
export interface URLLike {
  readonly href: string;
  readonly searchParams: object;
}

/** A `WebAssembly.Module`. It has no members to recognise it by; a wrong one fails when it is used. */
export type WebAssemblyModuleLike = object;

/** A `WebAssembly.Memory`. */
export interface WebAssemblyMemoryLike {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}
