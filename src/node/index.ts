/** simdgrad/node: the library's files in Node. */

export { removeStaleTemporaries } from "./temporaries.js";
export { fileCheckpoint, fileLog, readCheckpoint } from "./training-files.js";
export { writeWhole } from "./write-whole.js";
