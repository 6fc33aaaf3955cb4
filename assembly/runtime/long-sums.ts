// Accurate sums of any length: a block of fixed length is summed in single precision, the blocks are summed in double.
// The error is at most (TERMS + 3)·2⁻²⁴·Σ|terms| for any number of terms, at almost no cost.

/** How many terms an accumulator adds up in single precision. Changing it changes results. */
export const TERMS: i32 = 32;
/** Columns of a row in one block: TERMS in each of four lanes. */
export const BLOCK_COLUMNS: i32 = 4 * TERMS;

/** Sums the four lanes, two by two. */
@inline
export function addLanes(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Adds the last block's sum to that of the others. Most sums have one block: the branch is faster than the conversions. */
@inline
export function withBlocks(others: f64, last: f32): f32 { return others == 0 ? last : <f32>(others + last); }
