/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What the library takes from the platform, as far as it uses it. Declarations name these rather than the DOM's types or Node's:
 * they hold in programs that have neither, and real signals, URLs and memories are among them.
 */

/** An `AbortSignal` of a browser, of Node, or of a library that stands in for it. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** What aborted work throws. */
  readonly reason?: unknown;
}

/** A `URL`. */
export interface URLLike {
  readonly href: string;
  readonly searchParams: object;
}

/** A `WebAssembly.Module`, which has nothing to be known by: what it is shows when it is used. */
export type WebAssemblyModuleLike = object;

/** A `WebAssembly.Memory`. */
export interface WebAssemblyMemoryLike {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}
