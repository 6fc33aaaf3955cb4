// Divides a job into parts of nearly equal size.

/** A cache line: no two threads write to the same one. */
export const LINE: usize = 64;

/** The first of `count` items in `part`. */
@inline
export function partBegin(count: i32, part: i32, parts: i32): i32 {
  return <i32>(<i64>count * part / parts);
}

/** Bytes before part number `part` of n floats: parts begin at multiples of a cache line. */
@inline
export function lineBegin(n: i32, part: i32, parts: i32): usize {
  const bytes = <usize>n << 2;
  return part == parts ? bytes : <usize>(<u64>bytes * part / parts) & ~(LINE - 1);
}
