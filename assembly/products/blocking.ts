// Block sizes of the products, with BLIS's names (https://github.com/flame/blis, docs/KernelsHowTo.md).
// Changing a KC changes results: each block of a sum is one chain of multiply-adds. The others only decide what stays in which cache.

/** The most rows of a micro-kernel's tile. The tile chosen at start may have fewer. */
export const MR: i32 = 6;
/** The most rows of a tile of sixteen columns, which then has 16 accumulators. */
export const MR_WIDE: i32 = 4;
/** Columns of a panel, the unit in which B is laid out: two vectors. A wide tile takes two panels. */
export const NR: i32 = 8;
export const PANEL_BYTES: usize = <usize>NR * 4;

/** Terms in a block of the sum: a packed panel of B (16 KiB) stays in the first-level cache. */
export const KC: i32 = 512;
/** KC of a layer's forward product, whose B is never packed: inputs, or elements of a sparse row. */
export const KC_INPUTS: i32 = 1024;
/** KC of a layer's weight gradient: rows of a batch. In a batch of up to this many rows, a step rounds each weight once. */
export const KC_ROWS: i32 = 256;
/** Columns of B in a packed block. */
export const NC: i32 = 512;
/** Rows of A in a packed block, which stays in the second-level cache. 36 and 120 are slower, see decision 007. */
export const MC: i32 = 60;
/** Floats of padding after each row of packed A: rows a multiple of 4 KiB apart would all fall into the same cache sets. */
export const A_PADDING: i32 = 16;

/** Elements of B that fit in the first-level cache together with everything else a tile needs. */
export const CACHED_ELEMENTS: i64 = 4096;
