/// <reference lib="esnext.disposable" preserve="true" />
/** simdgrad/node: the library's files in Node. */

export { fileCheckpoint, fileLog, readCheckpoint } from "./training-files.js";
export { removeStaleTemporaries, writeWhole } from "./write-whole.js";
