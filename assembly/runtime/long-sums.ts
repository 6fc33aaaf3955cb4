// How sums of any length keep their digits: blocks of a fixed length are added up in single precision, the blocks in double.
// |error| ≤ (TERMS + 3)·2⁻²⁴·Σ|terms| then, whatever their number, for next to no time.

/** Terms in a row that an accumulator takes in single precision. Decides the bits. */
export const TERMS: i32 = 32;
/** Columns of a row that are one block: each of four lanes takes TERMS. */
export const BLOCK_COLUMNS: i32 = 4 * TERMS;

/** Σ of the four lanes, two by two. */
@inline
export function addLanes(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The last block's sum beside those of the others. Most sums have no others: a branch is faster than the conversions. */
@inline
export function withBlocks(others: f64, last: f32): f32 { return others == 0 ? last : <f32>(others + last); }
