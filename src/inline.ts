/**
 * `simdgrad/inline`: all of `simdgrad` in one file, the binaries and the worker's program inside it, for programs that are one file
 * themselves and for bundlers that do not look for files beside a library. scripts/build-inline.mjs makes it of the library's
 * modules; its classes are not those of `simdgrad`, so a program takes one of the two.
 */

export * from "./index.js";
