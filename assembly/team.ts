// The team: the threads that share the work of a kernel, and how a job reaches them. It lies in linear memory, laid out by
// the host. Jobs are split by output, never along a sum, so that the number of threads changes no bit of a result.

import { PROGRESS } from "./gemm-tiles";

/** Bytes of each thread's workspace: the largest that any kernel asks for. */
export const WORK_BYTES: usize = 2 << 20;
/** Floating-point operations that are worth a thread of their own: some 2 µs, ten times the way to another core and back. */
const GRAIN: f64 = 50_000;
/** No two threads write to the same cache line. */
const LINE: usize = 64;
/** Polls of a waiting worker before it sleeps: some 100 µs, longer than the pauses between the kernels of a step. */
const SPINS_BEFORE_SLEEP: i32 = 100_000;
/** Polls for a part's end between two calls of the host, which tells whether its thread still lives. */
const SPINS_BEFORE_ASKING: i32 = 20_000;

/** One share of a job. */
export type Part = (team: Team, part: i32, parts: i32) => void;

/** Called while a part takes its time; throws once nothing more can be expected of its thread. */
// @ts-ignore: decorator
@external("host", "awaitPart")
declare function awaitPart(part: i32, job: i32): void;

@unmanaged
export class Team {
  /** Threads that share a job, the caller's included. */
  threads: i32;
  /** The micro-kernel's tile, see tileRows and tileIsWide. */
  tile: i32;
  /** `threads` workspaces of WORK_BYTES, one after the other, 64-byte aligned. */
  work: usize;
  /** Index of the job's Part in the function table. */
  part: i32;

  /** Thread `part`'s own memory. */
  // @ts-ignore: decorator
  @inline
  workspace(part: i32): usize {
    return this.work + <usize>part * WORK_BYTES;
  }

  /** Where the kernel leaves its arguments for the threads. */
  // @ts-ignore: decorator
  @inline
  get job(): usize {
    return changetype<usize>(this) + LINE;
  }

  /** The word that announces a job: its number << 8 | how many threads take part. */
  // @ts-ignore: decorator
  @inline
  get announced(): usize {
    return changetype<usize>(this) + 4 * LINE;
  }

  /** Number of sleeping threads. */
  // @ts-ignore: decorator
  @inline
  get sleepers(): usize {
    return changetype<usize>(this) + 5 * LINE;
  }

  /** The announcement that thread `part` has last dealt with. */
  // @ts-ignore: decorator
  @inline
  finished(part: i32): usize {
    return changetype<usize>(this) + (<usize>part + 6) * LINE;
  }
}

/** Runs all parts of a job of that many floating-point operations (or as long), on as many threads as it is worth. */
export function runParts(team: Team, part: Part, operations: f64): void {
  if (ASC_FEATURE_THREADS) {
    const parts = min(team.threads, <i32>max(min(operations / GRAIN, 255), 1));
    if (parts > 1) {
      team.part = part.index;
      const word = ((atomic.load<i32>(team.announced) >>> 8) + 1) << 8 | parts;
      atomic.store<i32>(team.announced, word);
      if (atomic.load<i32>(team.sleepers) > 0) atomic.notify(team.announced, -1);
      part(team, 0, parts);
      for (let other = 1; other < parts; ++other) join(team, other, word);
      return;
    }
  }
  part(team, 0, 1);
}

function join(team: Team, part: i32, word: i32): void {
  const finished = team.finished(part);
  let spins = 0;
  while (atomic.load<i32>(finished) != word) {
    if (++spins < SPINS_BEFORE_ASKING) continue;
    spins = 0;
    awaitPart(part, word);
  }
}

/** A worker's life: takes part `part` of every job that has one. Never returns. */
export function serve(team: Team, part: i32): void {
  if (ASC_FEATURE_THREADS) {
    let seen = atomic.load<i32>(team.finished(part));
    while (true) {
      const word = awaitJob(team, seen);
      seen = word;
      const parts = word & 255;
      if (part >= parts) continue;
      // Through the table: the loop itself is never optimised, what it calls is.
      call_indirect<void>(team.part, team, part, parts);
      atomic.store<i32>(team.finished(part), word);
    }
  }
}

/** The next announcement after `seen`: polled for a while, then slept for. */
function awaitJob(team: Team, seen: i32): i32 {
  for (let spins = 0; spins < SPINS_BEFORE_SLEEP; ++spins) {
    const word = atomic.load<i32>(team.announced);
    if (word != seen) return word;
  }
  atomic.add<i32>(team.sleepers, 1);
  // Returns at once when the word has changed in the meantime.
  atomic.wait<i32>(team.announced, seen, -1);
  atomic.sub<i32>(team.sleepers, 1);
  return atomic.load<i32>(team.announced);
}

/** Bytes of a team of so many threads. */
export function teamBytes(threads: i32): usize {
  return (<usize>threads + 6) * LINE;
}

/** Bytes of one thread's workspace. */
export function workBytes(): usize {
  return WORK_BYTES;
}

/** Where the host's allocations may begin. */
export function heapBase(): usize {
  return max(__heap_base, 1024);
}

/** Address of the word that a thread's long parts change as they advance. */
export function progressOf(team: Team, part: i32): usize {
  return team.workspace(part) + PROGRESS;
}

/** Lays out a team of `threads` with `threads`·workBytes() bytes of workspace. Must not be called while a job runs. */
export function initTeam(team: Team, threads: i32, tile: i32, work: usize): void {
  team.threads = threads;
  team.tile = tile;
  team.work = work;
}
