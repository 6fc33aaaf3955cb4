// The sizes of the blocks that products are cut into, in BLIS's words (https://github.com/flame/blis, docs/KernelsHowTo.md).
// KC decides bits: a block of the sum is one chain of multiply-adds. The others only decide what stays in which cache.

/** Most rows of a micro-kernel's tile; the tile that is chosen at the start may have fewer. */
export const MR: i32 = 6;
/** The same of a tile of sixteen columns: 16 accumulators, which no taller tile that a host asks for has. */
export const MR_WIDE: i32 = 4;
/** Columns of a panel, the unit in which B, packed or permanent, is laid out: two vectors. A wide tile takes two panels. */
export const NR: i32 = 8;
export const PANEL_BYTES: usize = <usize>NR * 4;

/** Terms of a block of the sum: a packed panel of B (16 KiB) stays in the first-level cache. */
export const KC: i32 = 512;
/** The same of a layer's forward product, whose B is never packed: inputs, or elements of a sparse row. */
export const KC_INPUTS: i32 = 1024;
/** The same of a layer's weight gradient: rows of a batch. Up to so many, a step rounds each weight once. */
export const KC_ROWS: i32 = 256;
/** Columns of B in a packed block. */
export const NC: i32 = 512;
/** Rows of A in a packed block, which stays in the second-level cache. 36 and 120 are slower, see decision 007. */
export const MC: i32 = 60;
/** Floats by which rows of packed A are longer than the block's: at a multiple of 4 KiB all would fall into the same cache sets. */
export const A_PADDING: i32 = 16;

/** Elements of B that stay in the first-level cache beside what else a tile needs. */
export const CACHED_ELEMENTS: i64 = 4096;
