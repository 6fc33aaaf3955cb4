/** What is used of hyparquet-compressors: the tables of the format, the dictionary of 122 kB among them. */

declare module "hyparquet-compressors/src/brotli.context.js" {
  /** Contexts of the byte before, and of the one before that, at the two places of a mode. */
  export const lookup: Uint8Array;
  /** Of each mode two: where its contexts begin in `lookup`. */
  export const lookupOffsets: Uint16Array;
}

declare module "hyparquet-compressors/src/brotli.prefix.js" {
  interface Range {
    readonly offset: number;
    readonly nbits: number;
  }
  export const kBlockLengthPrefixCode: readonly Range[];
  export const kInsertLengthPrefixCode: readonly Range[];
  export const kCopyLengthPrefixCode: readonly Range[];
  export const kInsertRangeLut: readonly number[];
  export const kCopyRangeLut: readonly number[];
}

declare module "hyparquet-compressors/src/brotli.transform.js" {
  export const kNumTransforms: number;
  /** Writes a word of the dictionary, changed, to `at`. @returns its bytes */
  export function transformDictionaryWord(
    out: Uint8Array,
    at: number,
    word: number,
    length: number,
    transform: number,
  ): number;
}
