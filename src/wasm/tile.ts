/** The micro-kernel's tile: how many rows and columns of a product it keeps in registers. */

import { checkChoice } from "../checks/check-options.js";
import type { Kernels, Pointer } from "./kernels.js";
import type { LinearMemory } from "./memory.js";

/** Rows × columns. */
export type Tile = "4x8" | "6x8" | "2x16" | "4x16";

/** The word that the kernels take: rows, plus 16 for sixteen columns. See assembly/products/macro-kernel.ts. */
const TILE_WORDS: Record<Tile, number> = { "4x8": 4, "6x8": 6, "2x16": 2 + 16, "4x16": 4 + 16 };

/** A product whose sizes all tiles divide: 24 × 48 with k = 64, about 3 µs. */
const [ROWS, COLUMNS, DEPTH] = [24, 48, 64];
/**
 * Tiles are timed in turn until none has become faster for this long. Optimised code arrives from a background thread, one
 * to five milliseconds after a kernel first ran. Taking turns uses the wait for one tile to time the others.
 */
const PATIENCE_MILLISECONDS = 8;
const LONGEST_MILLISECONDS = 60;
const CALLS = 8;
/**
 * A clock may stand still (fake timers of test runners, edge runtimes between two requests) or tick too rarely to time a
 * kernel (a browser that resists fingerprinting). After this many rounds without a tick, about 5 ms, the timing stops.
 */
const ROUNDS_WITHOUT_TICK = 50;
/** Needs few registers, so it is fast on every engine. */
const UNTIMED_TILE: Tile = "4x8";

/** The word for a valid tile. */
export function tileWord(tile: Tile): number {
  return TILE_WORDS[tile];
}

/** @throws TypeError, RangeError for a tile that does not exist */
export function checkTile(tile: Tile | "auto"): void {
  checkChoice("tile", tile, ["auto", ...Object.keys(TILE_WORDS)]);
}

/** A tile and the reason for it. */
export interface TileChoice {
  readonly tile: Tile;
  readonly reason: string;
}

/**
 * Finds the fastest tile on this engine by timing each. All give the same bits; which one fits the vector registers depends
 * on the engine's compiler. Takes about 20 ms.
 */
export function fastestTile(kernels: Kernels, memory: LinearMemory, team: Pointer, work: Pointer): TileChoice {
  const operands = memory.allocate((ROWS * DEPTH + DEPTH * COLUMNS + COLUMNS + ROWS * COLUMNS) * 4);
  memory.f32(operands, ROWS * DEPTH + DEPTH * COLUMNS + COLUMNS).fill(0.5);
  const [x, weights, bias, y] = offsets(operands, ROWS * DEPTH, DEPTH * COLUMNS, COLUMNS);
  const least = new Map<Tile, number>();
  const begin = performance.now();
  let improved = begin;
  let now = begin;
  let round = 0;
  while (now - improved < PATIENCE_MILLISECONDS && now - begin < LONGEST_MILLISECONDS) {
    for (const tile of Object.keys(TILE_WORDS) as Tile[]) {
      kernels.initTeam(team, 1, tileWord(tile), work);
      const start = performance.now();
      for (let call = 0; call < CALLS; ++call) {
        kernels.denseForward(ROWS, DEPTH, COLUMNS, x, weights, bias, y, team);
      }
      now = performance.now();
      const before = least.get(tile) ?? Number.POSITIVE_INFINITY;
      if (now - start < 0.9 * before) improved = now;
      least.set(tile, Math.min(before, now - start));
    }
    if (++round >= ROUNDS_WITHOUT_TICK && now === begin) break;
  }
  memory.free(operands);
  if (now === begin) return { tile: UNTIMED_TILE, reason: "the clock stands still or is too coarse to time one" };
  const [fastest] = [...least].reduce((best, tile) => (tile[1] < best[1] ? tile : best));
  return { tile: fastest, reason: "the fastest when timed at the start" };
}

/** Addresses of consecutive arrays, given the lengths in floats of all but the last. */
function offsets(base: Pointer, a: number, b: number, c: number): [Pointer, Pointer, Pointer, Pointer] {
  return [base, base + a * 4, base + (a + b) * 4, base + (a + b + c) * 4];
}
