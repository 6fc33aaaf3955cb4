// Sorts the elements of sparse rows by column, so that what a batch adds to a weight is one sum. The time depends on the number
// of elements, not on the number of columns.

import { KC_ROWS } from "./blocking";

/** Bits of an element's key that hold its row. */
const ROW_BITS: u32 = 8;
if (1 << ROW_BITS != KC_ROWS) ERROR("a key has as many bits for the row as a block needs");
/** An element: key column · KC_ROWS + row, and value. An entry of a list: key column · KC_ROWS + elements − 1, and their address. */
export const ELEMENT_BYTES: usize = 8;
/**
 * One list each for the columns with one, two, three, and four or more elements. Loops over a column then have a predictable
 * length: with 1250 elements in 784 columns and 100 outputs, a weight step takes 20 µs instead of 25.
 */
export const LISTS: u32 = 4;

/** The most elements in a range of columns. */
const RANGE_ELEMENTS: i32 = 1 << 15;
/** The most columns in a range: one less than a key can hold, since the last marks the end. */
const RANGE_COLUMNS: u32 = (1 << 32 - ROW_BITS) - 1;
/** The most counters: they fill the first-level cache. */
const MAX_COUNTERS: u32 = 1 << 13;

/** Up to KC_ROWS rows, and the range of columns to sort. */
@unmanaged
export class SparseRange {
  rows: i32;
  /** Addresses of the arrays with each row's first element, and the element after its last. */
  starts: usize; ends: usize;
  indices: usize; values: usize;
  /** Columns of the matrix; the range's first column, and the one after its last. */
  columns: u32; first: u32; limit: u32;
}

/** A sorted range. In memory it is followed by the elements before and after a pass, lists, counters, and bounds of the rows. */
@unmanaged
export class Columns {
  /** Each list's end. */
  ends1: usize; ends2: usize; ends3: usize; endsMore: usize;
  /** Number of elements. */
  count: i32;

  @inline
  get elements(): usize { return changetype<usize>(this) + 64; }
  @inline
  get lists(): usize { return this.elements + 2 * ELEMENTS_BYTES; }
  @inline
  get counters(): usize { return this.lists + LISTS_BYTES; }
  /** Addresses of each row's first index in the range, and of the index after its last in the range. */
  @inline
  get begins(): usize { return this.counters + COUNTERS_BYTES; }
  @inline
  get stops(): usize { return this.begins + BOUNDS_BYTES; }
}

const ELEMENTS_BYTES: usize = <usize>RANGE_ELEMENTS * ELEMENT_BYTES + 64;
/** n elements make at most n columns of one, n / 2 of two, n / 3 of three, or n / 4 of four or more. */
const LISTS_BYTES: usize = ELEMENTS_BYTES * 25 / 12;
const COUNTERS_BYTES: usize = MAX_COUNTERS * 4;
const BOUNDS_BYTES: usize = <usize>KC_ROWS * 4;
/** Bytes of a `Columns` and of what follows it. */
export const COLUMNS_BYTES: usize = 64 + 2 * ELEMENTS_BYTES + LISTS_BYTES + COUNTERS_BYTES + 2 * BOUNDS_BYTES;

/** The column in a key, counted from the range's first. */
@inline
export function columnOf(key: u32): u32 { return key >> ROW_BITS; }

/** The row in an element's key; in an entry's key the number of elements less one. */
@inline
export function rowOf(key: u32): u32 { return key & KC_ROWS - 1; }

/** The first entry of the list of columns with that many `elements` (LISTS: that many or more). */
@inline
export function listBegin(sorted: Columns, elements: u32): usize {
  const shares: usize = elements == 1 ? 0 : elements == 2 ? 12 : elements == 3 ? 18 : 22;
  return sorted.lists + (ELEMENTS_BYTES * shares / 12 & ~7);
}

/** The end of that list. */
@inline
export function listEnd(sorted: Columns, elements: u32): usize {
  return load<u32>(changetype<usize>(sorted) + (elements - 1 << 2));
}

/**
 * Sets the end of the range that begins at `first`: all columns left or, if these have too many elements, as many columns as
 * hold RANGE_ELEMENTS / rows elements of the fullest row. Returns the number of elements left.
 */
export function boundRange(range: SparseRange): i64 {
  const first = range.first, indices = range.indices;
  const last = <usize>range.rows << 2;
  let limit = range.columns - first > RANGE_COLUMNS ? first + RANGE_COLUMNS : range.columns;
  let count: i64 = 0;
  for (let row: usize = 0; row < last; row += 4) {
    count += load<u32>(range.ends + row) - load<u32>(range.starts + row);
  }
  if (first > 0 || count > RANGE_ELEMENTS) {
    const quota = <usize>(RANGE_ELEMENTS / range.rows) << 2;
    count = 0;
    for (let row: usize = 0; row < last; row += 4) {
      const end = indices + (<usize>load<u32>(range.ends + row) << 2);
      const begin = indexFrom(first, indices + (<usize>load<u32>(range.starts + row) << 2), end);
      count += (end - begin) >> 2;
      if (end - begin > quota) limit = min(limit, load<u32>(begin + quota));
    }
  }
  range.limit = limit;
  return count;
}

/** The address of the first of the ascending indices that is not below `column`. */
function indexFrom(column: u32, begin: usize, end: usize): usize {
  if (column == 0) return begin;
  while (begin < end) {
    const middle = begin + ((end - begin >> 3) << 2);
    if (load<u32>(middle) < column) begin = middle + 4;
    else end = middle;
  }
  return begin;
}

/** Sorts a range: lists its nonempty columns. The elements of a column lie together, in ascending order of rows. */
export function sortByColumn(range: SparseRange, sorted: Columns): void {
  const rows = range.rows, first = range.first, width = range.limit - first;
  boundRows(range, sorted);
  for (let elements: u32 = 1; elements <= LISTS; ++elements) {
    store<u32>(changetype<usize>(sorted) + (elements - 1 << 2), <u32>listBegin(sorted, elements));
  }
  const counters = sorted.counters, target = sorted.elements, count = <u32>sorted.count;
  if (width <= min(MAX_COUNTERS, 2 * count) && <i64>width * rows <= 2 * RANGE_ELEMENTS) {
    // Every column has room for an element of each row, so nothing has to be counted first.
    const stride = <usize>rows * ELEMENT_BYTES;
    spreadCounters(counters, width, target, stride);
    placeRows(range, sorted, -1);
    listColumns(sorted, width, target, stride);
    return;
  }
  const bits: u32 = 32 - <u32>clz<u32>(max<u32>(width, 2) - 1);
  // Moving few elements several times is faster than going through many counters.
  const most = min(MAX_COUNTERS, max<u32>(64, 4 * count));
  let passes: u32 = 1;
  while (<u32>1 << (bits + passes - 1) / passes > most) ++passes;
  const digit = (bits + passes - 1) / passes;
  countRows(range, sorted, digit);
  placeCounters(counters, digit, target);
  placeRows(range, sorted, (1 << digit) - 1);
  if (passes == 1) listColumns(sorted, 1 << digit, target, 0);
  else listRuns(sorted, sortFurther(sorted, digit, passes));
}

/** Finds where each row enters and leaves the range. */
function boundRows(range: SparseRange, sorted: Columns): void {
  const begins = sorted.begins, stops = sorted.stops, indices = range.indices;
  const isLast = range.limit == range.columns;
  let count: usize = 0;
  for (let row: usize = 0; row < <usize>range.rows << 2; row += 4) {
    const end = indices + (<usize>load<u32>(range.ends + row) << 2);
    const begin = indexFrom(range.first, indices + (<usize>load<u32>(range.starts + row) << 2), end);
    const stop = isLast ? end : indexFrom(range.limit, begin, end);
    store<u32>(begins + row, <u32>begin);
    store<u32>(stops + row, <u32>stop);
    count += stop - begin;
  }
  sorted.count = <i32>(count >> 2);
}

/** Counts the elements by the lowest `digit` bits of their columns. */
function countRows(range: SparseRange, sorted: Columns, digit: u32): void {
  const counters = sorted.counters, begins = sorted.begins, stops = sorted.stops, first = range.first;
  const mask: u32 = (1 << digit) - 1;
  const last = <usize>range.rows << 2;
  memory.fill(counters, 0, <usize>4 << digit);
  for (let row: usize = 0; row < last; row += 4) {
    const stop = <usize>load<u32>(stops + row);
    for (let at = <usize>load<u32>(begins + row); at < stop; at += 4) {
      const counter = counters + (<usize>(load<u32>(at) - first & mask) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
}

/** Replaces each count by the address for the first of these elements. */
function placeCounters(counters: usize, digit: u32, target: usize): void {
  const end = counters + (<usize>4 << digit);
  for (; counters < end; counters += 4) {
    const count = load<u32>(counters);
    store<u32>(counters, <u32>target);
    target += <usize>count * ELEMENT_BYTES;
  }
}

/** Sets the counters to addresses from `target` on, `stride` apart. */
function spreadCounters(counters: usize, n: u32, target: usize, stride: usize): void {
  let places = i32x4(<i32>target, <i32>(target + stride), <i32>(target + 2 * stride), <i32>(target + 3 * stride));
  const step = i32x4.splat(<i32>(stride << 2));
  const end = counters + (<usize>n << 2);
  for (; counters < end; counters += 16) {
    v128.store(counters, places);
    places = i32x4.add(places, step);
  }
}

/** Moves the elements from their rows to the addresses in the counters of their columns' bits in `mask`. */
function placeRows(range: SparseRange, sorted: Columns, mask: u32): void {
  const counters = sorted.counters, begins = sorted.begins, stops = sorted.stops;
  const offset = range.values - range.indices, first = range.first;
  const firsts = i32x4.splat(first);
  const last = <usize>range.rows << 2;
  for (let row: usize = 0; row < last; row += 4) {
    const stop = <usize>load<u32>(stops + row);
    const rows = i32x4.splat(<i32>(row >> 2));
    let at = <usize>load<u32>(begins + row);
    for (; at + 16 <= stop; at += 16) {
      const keys = v128.or(i32x4.shl(i32x4.sub(v128.load(at), firsts), ROW_BITS), rows);
      const values = v128.load(at + offset);
      const low = v128.shuffle<i32>(keys, values, 0, 4, 1, 5);
      const high = v128.shuffle<i32>(keys, values, 2, 6, 3, 7);
      v128.store64_lane(nextPlace(counters, load<u32>(at) - first & mask), low, 0);
      v128.store64_lane(nextPlace(counters, load<u32>(at, 4) - first & mask), low, 1);
      v128.store64_lane(nextPlace(counters, load<u32>(at, 8) - first & mask), high, 0);
      v128.store64_lane(nextPlace(counters, load<u32>(at, 12) - first & mask), high, 1);
    }
    for (; at < stop; at += 4) {
      const column = load<u32>(at) - first;
      const place = nextPlace(counters, column & mask);
      store<u32>(place, column << ROW_BITS | <u32>row >> 2);
      store<u32>(place, load<u32>(at + offset), 4);
    }
  }
}

/** Returns the address in a counter and advances it to the next element. */
@inline
function nextPlace(counters: usize, index: u32): usize {
  const counter = counters + (<usize>index << 2);
  const place = <usize>load<u32>(counter);
  store<u32>(counter, <u32>(place + ELEMENT_BYTES));
  return place;
}

/** Sorts the elements by the other digits, lowest first, with a stable sort for each. Returns their address. */
function sortFurther(sorted: Columns, digit: u32, passes: u32): usize {
  const counters = sorted.counters;
  const mask: u32 = (1 << digit) - 1;
  let source = sorted.elements, target = source + ELEMENTS_BYTES;
  for (let pass: u32 = 1; pass < passes; ++pass) {
    const shift = ROW_BITS + pass * digit;
    const end = source + <usize>sorted.count * ELEMENT_BYTES;
    memory.fill(counters, 0, <usize>4 << digit);
    for (let at = source; at < end; at += ELEMENT_BYTES) {
      const counter = counters + (<usize>(load<u32>(at) >> shift & mask) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
    placeCounters(counters, digit, target);
    for (let at = source; at < end; at += ELEMENT_BYTES) {
      const element = load<u64>(at);
      store<u64>(nextPlace(counters, <u32>element >> shift & mask), element);
    }
    const result = target;
    target = source;
    source = result;
  }
  return source;
}

/**
 * Lists n columns. Each column's counter holds the address after its last element. The columns begin at `elements`, `stride`
 * bytes apart; with stride 0 they follow each other without gaps.
 */
function listColumns(sorted: Columns, n: u32, elements: usize, stride: usize): void {
  const counters = sorted.counters;
  for (let column: u32 = 0; column < n; ++column) {
    const end = <usize>load<u32>(counters + (<usize>column << 2));
    const count = <u32>((end - elements) / ELEMENT_BYTES);
    append(sorted, column, count, elements, count != 0);
    elements = stride ? elements + stride : end;
  }
}

/** Lists the columns of sorted elements. */
function listRuns(sorted: Columns, elements: usize): void {
  const end = elements + <usize>sorted.count * ELEMENT_BYTES;
  store<u32>(end, 0xffffffff);
  let count: u32 = 0;
  for (let at = elements; at < end; at += ELEMENT_BYTES) {
    const column = columnOf(load<u32>(at));
    const ends = columnOf(load<u32>(at, ELEMENT_BYTES)) != column;
    append(sorted, column, ++count, elements, ends);
    elements = ends ? at + ELEMENT_BYTES : elements;
    count = ends ? 0 : count;
  }
}

/** Writes an entry, which counts only if `complete`. This avoids an unpredictable branch. */
@inline
function append(sorted: Columns, column: u32, count: u32, elements: usize, complete: bool): void {
  const list = changetype<usize>(sorted) + (min(count - 1, LISTS - 1) << 2);
  const entry = <usize>load<u32>(list);
  store<u32>(entry, column << ROW_BITS | count - 1);
  store<u32>(entry, <u32>elements, 4);
  store<u32>(list, <u32>(entry + (complete ? ELEMENT_BYTES : 0)));
}
