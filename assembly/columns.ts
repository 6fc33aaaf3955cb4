// Sparse rows turned over: their elements in the order of the columns, so that what a batch adds to a weight is one sum. The
// time follows from the number of elements, however many columns there are.

import { BLOCK_ROWS } from "./sums";

/** Bits of an element's key that say its row. */
const ROW_BITS: u32 = 8;
if (1 << ROW_BITS != BLOCK_ROWS) ERROR("a key has as many bits for the row as a block needs");
/** An element is its key, column · BLOCK_ROWS + row, and its value. An entry of a list: column · BLOCK_ROWS + elements − 1, and where they lie. */
export const ELEMENT_BYTES: usize = 8;
/**
 * Columns are listed by their number of elements: one, two, three, four and more. They are short loops of foreseeable length
 * then: with 1250 elements in 784 columns, 100 outputs, a weight step takes 19 µs instead of 26.
 */
export const LISTS: u32 = 4;

/** Most elements of a range of columns. */
const RANGE_ELEMENTS: i32 = 1 << 15;
/** Most columns of a range. One less than a key can say: that one marks the end. */
const RANGE_COLUMNS: u32 = (1 << 32 - ROW_BITS) - 1;
/** Most counters, which then fill the first-level cache. */
const MAX_COUNTERS: u32 = 1 << 13;

const ELEMENTS_BYTES: usize = <usize>RANGE_ELEMENTS * ELEMENT_BYTES + 64;
/** n elements make n columns of one, n / 2 of two, n / 3 of three or n / 4 of more. */
const LISTS_BYTES: usize = ELEMENTS_BYTES * 25 / 12;
const COUNTERS_BYTES: usize = MAX_COUNTERS * 4;
const BOUNDS_BYTES: usize = <usize>BLOCK_ROWS * 4;
/** Memory of a block: elements before and after a pass, lists, their ends, counters, three bounds of each row. */
export const COLUMNS_BYTES: usize = 2 * ELEMENTS_BYTES + LISTS_BYTES + 64 + COUNTERS_BYTES + 3 * BOUNDS_BYTES;

/** Up to BLOCK_ROWS rows on their way through `memory`, one range of columns after the other. */
@unmanaged
export class Columns {
  memory: usize;
  rows: i32;
  indices: usize; values: usize;
  /** Columns of the matrix; up to where they have been turned over. */
  columns: u32; limit: u32;
  /** Of the present range: its first column, its elements. */
  first: u32; count: i32;

  // @ts-ignore: decorator
  @inline
  get lists(): usize { return this.memory + 2 * ELEMENTS_BYTES; }
  /** Each list's end. */
  // @ts-ignore: decorator
  @inline
  get listEnds(): usize { return this.lists + LISTS_BYTES; }
  // @ts-ignore: decorator
  @inline
  get counters(): usize { return this.listEnds + 64; }
  /** Bytes from `indices` to each row's first element of the range, the element after its last one there, and after its last of all. */
  // @ts-ignore: decorator
  @inline
  get begins(): usize { return this.counters + COUNTERS_BYTES; }
  // @ts-ignore: decorator
  @inline
  get stops(): usize { return this.begins + BOUNDS_BYTES; }
  // @ts-ignore: decorator
  @inline
  get ends(): usize { return this.stops + BOUNDS_BYTES; }
}

/** The column of a key, from the range's first on. */
// @ts-ignore: decorator
@inline
export function columnOf(key: u32): u32 { return key >> ROW_BITS; }

/** The row of an element's key, and the number of elements less one of an entry's. */
// @ts-ignore: decorator
@inline
export function rowOf(key: u32): u32 { return key & BLOCK_ROWS - 1; }

/** The first entry of the list of columns of so many elements; LISTS: or more. */
// @ts-ignore: decorator
@inline
export function listBegin(block: Columns, elements: u32): usize {
  const shares: usize = elements == 1 ? 0 : elements == 2 ? 12 : elements == 3 ? 18 : 22;
  return block.lists + (ELEMENTS_BYTES * shares / 12 & ~7);
}

/** The end of that list. */
// @ts-ignore: decorator
@inline
export function listEnd(block: Columns, elements: u32): usize { return load<u32>(block.listEnds + (elements - 1 << 2)); }

/** Begins with `rows` rows whose first is `row`; the number of their elements. */
export function takeRows(
  block: Columns, memory: usize, row: i32, rows: i32, columns: i32, starts: usize, ends: usize, indices: usize, values: usize,
): i64 {
  block.memory = memory;
  block.rows = rows;
  block.columns = columns;
  block.limit = 0;
  block.indices = indices;
  block.values = values;
  let count: i64 = 0;
  for (let i: usize = 0; i < <usize>rows << 2; i += 4) {
    const begin = load<u32>(starts + (<usize>row << 2) + i);
    const end = load<u32>(ends + (<usize>row << 2) + i);
    store<u32>(block.stops + i, begin << 2);
    store<u32>(block.ends + i, end << 2);
    count += end - begin;
  }
  return count;
}

/**
 * Turns over the next range of columns: lists those that have elements in it, which lie together, ascending by row. Until
 * `limit` is `columns`.
 */
export function turnOver(block: Columns): void {
  findRange(block);
  for (let elements: u32 = 1; elements <= LISTS; ++elements) {
    store<u32>(block.listEnds + (elements - 1 << 2), <u32>listBegin(block, elements));
  }
  const counters = block.counters, target = block.memory, rows = block.rows;
  const count = <u32>block.count, width = block.limit - block.first;
  if (width <= min(MAX_COUNTERS, 2 * count) && <i64>width * rows <= 2 * RANGE_ELEMENTS) {
    // There is room for as many elements in each column as there are rows: they need not be counted first.
    const stride = <usize>rows * ELEMENT_BYTES;
    spreadCounters(counters, width, target, stride);
    placeRows(block, -1);
    listColumns(block, width, target, stride);
    return;
  }
  const bits: u32 = 32 - <u32>clz<u32>(max<u32>(width, 2) - 1);
  // Few elements are moved several times sooner than many counters are looked through.
  const most = min(MAX_COUNTERS, max<u32>(64, 4 * count));
  let passes: u32 = 1;
  while (<u32>1 << (bits + passes - 1) / passes > most) ++passes;
  const digit = (bits + passes - 1) / passes;
  countRows(block, digit);
  placeCounters(counters, digit, target);
  placeRows(block, (1 << digit) - 1);
  if (passes == 1) listColumns(block, 1 << digit, target, 0);
  else listRuns(block, sortFurther(block, digit, passes));
}

/**
 * Bounds the range: all columns that are left or, where these have too many elements, as many as the fullest rows have
 * RANGE_ELEMENTS / rows in.
 */
function findRange(block: Columns): void {
  const begins = block.begins, stops = block.stops, ends = block.ends, indices = block.indices;
  const last = <usize>block.rows << 2;
  let count: i64 = 0;
  for (let row: usize = 0; row < last; row += 4) {
    const begin = load<u32>(stops + row);
    store<u32>(begins + row, begin);
    count += load<u32>(ends + row) - begin >> 2;
  }
  block.first = block.limit;
  let limit = block.columns - block.first > RANGE_COLUMNS ? block.first + RANGE_COLUMNS : block.columns;
  if (count > RANGE_ELEMENTS) {
    const quota = <u32>(RANGE_ELEMENTS / block.rows) << 2;
    for (let row: usize = 0; row < last; row += 4) {
      const begin = load<u32>(begins + row);
      if (load<u32>(ends + row) - begin > quota) limit = min(limit, load<u32>(indices + begin + quota));
    }
  }
  if (limit < block.columns) count = 0;
  for (let row: usize = 0; row < last; row += 4) {
    let stop = load<u32>(ends + row);
    if (limit < block.columns) {
      const end = stop;
      stop = load<u32>(begins + row);
      while (stop < end && load<u32>(indices + stop) < limit) stop += 4;
      count += stop - load<u32>(begins + row) >> 2;
    }
    store<u32>(stops + row, stop);
  }
  block.limit = limit;
  block.count = <i32>count;
}

/** Counts the elements by the lowest `digit` bits of their columns. */
function countRows(block: Columns, digit: u32): void {
  const counters = block.counters, begins = block.begins, stops = block.stops;
  const indices = block.indices, first = block.first;
  const mask: u32 = (1 << digit) - 1;
  const last = <usize>block.rows << 2;
  memory.fill(counters, 0, <usize>4 << digit);
  for (let row: usize = 0; row < last; row += 4) {
    const stop = indices + load<u32>(stops + row);
    for (let at = indices + load<u32>(begins + row); at < stop; at += 4) {
      const counter = counters + (<usize>(load<u32>(at) - first & mask) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
}

/** In place of each count, the address where the first of these elements goes. */
function placeCounters(counters: usize, digit: u32, target: usize): void {
  const end = counters + (<usize>4 << digit);
  for (; counters < end; counters += 4) {
    const count = load<u32>(counters);
    store<u32>(counters, <u32>target);
    target += <usize>count * ELEMENT_BYTES;
  }
}

/** The addresses from `target` on that are `stride` apart. */
function spreadCounters(counters: usize, n: u32, target: usize, stride: usize): void {
  let places = i32x4(<i32>target, <i32>(target + stride), <i32>(target + 2 * stride), <i32>(target + 3 * stride));
  const step = i32x4.splat(<i32>(stride << 2));
  const end = counters + (<usize>n << 2);
  for (; counters < end; counters += 16) {
    v128.store(counters, places);
    places = i32x4.add(places, step);
  }
}

/** Brings the elements from their rows to the places that the counters of their columns' bits in `mask` give. */
function placeRows(block: Columns, mask: u32): void {
  const counters = block.counters, begins = block.begins, stops = block.stops;
  const indices = block.indices, offset = block.values - indices, first = block.first;
  const firsts = i32x4.splat(first);
  const last = <usize>block.rows << 2;
  for (let row: usize = 0; row < last; row += 4) {
    const stop = indices + load<u32>(stops + row);
    const rows = i32x4.splat(<i32>(row >> 2));
    let at = indices + load<u32>(begins + row);
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

/** The address that a counter holds; the next element's then. */
// @ts-ignore: decorator
@inline
function nextPlace(counters: usize, index: u32): usize {
  const counter = counters + (<usize>index << 2);
  const place = <usize>load<u32>(counter);
  store<u32>(counter, <u32>(place + ELEMENT_BYTES));
  return place;
}

/** Sorts the elements by the other digits, lowest first, each time keeping the order where digits agree; where they end up. */
function sortFurther(block: Columns, digit: u32, passes: u32): usize {
  const counters = block.counters;
  const mask: u32 = (1 << digit) - 1;
  let source = block.memory, target = source + ELEMENTS_BYTES;
  for (let pass: u32 = 1; pass < passes; ++pass) {
    const shift = ROW_BITS + pass * digit;
    const end = source + <usize>block.count * ELEMENT_BYTES;
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
    const sorted = target;
    target = source;
    source = sorted;
  }
  return source;
}

/**
 * Lists n columns, each of whose counters holds the address after its last element. Their elements begin `stride` apart from
 * `elements` on, or with 0 one after the other.
 */
function listColumns(block: Columns, n: u32, elements: usize, stride: usize): void {
  const counters = block.counters, listEnds = block.listEnds;
  for (let column: u32 = 0; column < n; ++column) {
    const end = <usize>load<u32>(counters + (<usize>column << 2));
    const count = <u32>((end - elements) / ELEMENT_BYTES);
    append(listEnds, column, count, elements, count != 0);
    elements = stride ? elements + stride : end;
  }
}

/** Lists the columns of sorted elements. */
function listRuns(block: Columns, elements: usize): void {
  const listEnds = block.listEnds;
  const end = elements + <usize>block.count * ELEMENT_BYTES;
  store<u32>(end, 0xffffffff);
  let count: u32 = 0;
  for (let at = elements; at < end; at += ELEMENT_BYTES) {
    const column = columnOf(load<u32>(at));
    const ends = columnOf(load<u32>(at, ELEMENT_BYTES)) != column;
    append(listEnds, column, ++count, elements, ends);
    elements = ends ? at + ELEMENT_BYTES : elements;
    count = ends ? 0 : count;
  }
}

/** Writes an entry, which counts only if it is `complete`: no branch that is hard to foresee. */
// @ts-ignore: decorator
@inline
function append(listEnds: usize, column: u32, count: u32, elements: usize, complete: bool): void {
  const list = listEnds + (min(count - 1, LISTS - 1) << 2);
  const entry = <usize>load<u32>(list);
  store<u32>(entry, column << ROW_BITS | count - 1);
  store<u32>(entry, <u32>elements, 4);
  store<u32>(list, <u32>(entry + (complete ? ELEMENT_BYTES : 0)));
}
