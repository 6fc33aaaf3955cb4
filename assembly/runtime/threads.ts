// A team, as OpenMP calls the threads that share the work of a kernel, and how a job reaches them. It lies in linear memory,
// laid out by the host. Jobs are split by output, never along a sum, so that the number of threads changes no bit of a result.

import { LINE } from "./parts";
import { PROGRESS, SORTED_JOB, WORK_BYTES } from "./workspace";

/** Floating-point operations that make a part: some 1 µs, several times what it takes to hand it to another core. */
const GRAIN: f64 = 50_000;
/** Parts for each thread: should one be kept from running for a while, the others take over most of its work. */
const PARTS_A_THREAD: i32 = 2;
/** Bytes for a kernel's arguments. */
export const JOB_BYTES: usize = 3 * LINE;
/** Polls of a waiting worker before it sleeps: some 100 µs, longer than the pauses between the kernels of a step. */
const SPINS_BEFORE_SLEEP: i32 = 100_000;
/** Polls for the last parts' end between two calls of the host, which tells whether their threads still live. */
const SPINS_BEFORE_ASKING: i32 = 20_000;

/** Part number `part` of `parts` of a job, done by thread number `thread`, whose workspace it may use. */
export type Part = (team: Team, thread: i32, part: i32, parts: i32) => void;

/** Called while job number `job` takes its time, and after endTeam; throws once nothing more can be expected of its threads. */
@external("host", "awaitParts")
declare function awaitParts(job: i32): void;

@unmanaged
export class Team {
  /** Threads that share a job, the caller's included. */
  threads: i32;
  /** The micro-kernel's tile, see tileRows and tileIsWide. */
  tile: i32;
  /** `threads` workspaces of WORK_BYTES, one after the other, 64-byte aligned. */
  work: usize;
  /** Of the present job: its number, the index of its Part in the function table, how many parts it has. */
  jobs: i32;
  part: i32;
  parts: i32;
  /** Whether a worker has ended: see endTeam. */
  ended: bool;

  /** Thread number `thread`'s own memory. */
  @inline
  workspace(thread: i32): usize {
    return this.work + <usize>thread * WORK_BYTES;
  }

  /** Where the kernel leaves its arguments for the threads. */
  @inline
  get job(): usize {
    return changetype<usize>(this) + LINE;
  }

  /** The word with the parts that nobody has taken yet: from its low byte up to the next byte, that one excluded. */
  @inline
  get open(): usize {
    return this.job + JOB_BYTES;
  }

  /** Number of sleeping threads. */
  @inline
  get sleepers(): usize {
    return changetype<usize>(this) + 5 * LINE;
  }

  /** Number of parts that workers have finished. */
  @inline
  get finished(): usize {
    return changetype<usize>(this) + 6 * LINE;
  }
}

/** Runs all parts of a job of that many floating-point operations (or as long), on as many threads as it is worth. */
export function runParts(team: Team, part: Part, operations: f64): void {
  if (ASC_FEATURE_THREADS) {
    const parts = <i32>min(min(operations / GRAIN, 255), team.threads * PARTS_A_THREAD);
    if (parts > 1 && team.threads > 1) {
      if (team.ended) awaitParts(team.jobs);
      ++team.jobs;
      team.part = part.index;
      team.parts = parts;
      atomic.store<i32>(team.finished, 0);
      atomic.store<i32>(team.open, parts << 8);
      if (atomic.load<i32>(team.sleepers) > 0) atomic.notify(team.open, -1);
      // From the first part upwards; the workers begin at the other end, so that each finds in its caches what it left there.
      let own = 0;
      let word = atomic.load<i32>(team.open);
      while (isOpen(word)) {
        if (take(team, word, word + 1)) {
          part(team, 0, word & 255, parts);
          ++own;
        }
        word = atomic.load<i32>(team.open);
      }
      join(team, parts - own);
      return;
    }
  }
  part(team, 0, 0, 1);
}

/** Whether there is a part left to take. */
@inline
function isOpen(word: i32): bool { return (word & 255) < (word >> 8); }

/** Takes a part, if nobody was faster. */
@inline
function take(team: Team, word: i32, rest: i32): bool { return atomic.cmpxchg<i32>(team.open, word, rest) == word; }

/** Waits until the workers have finished that many parts. */
function join(team: Team, parts: i32): void {
  let spins = 0;
  while (atomic.load<i32>(team.finished) != parts) {
    if (++spins < SPINS_BEFORE_ASKING) continue;
    spins = 0;
    awaitParts(team.jobs);
  }
}

/** The life of worker number `thread`: takes parts as long as there are any, then waits for more. Never returns. */
export function serve(team: Team, thread: i32): void {
  if (ASC_FEATURE_THREADS) {
    // The host waits for this sign: a worker may be loaded and yet not run.
    atomic.store<i32>(progressOf(team, thread), 1);
    let spins = 0;
    while (true) {
      const word = atomic.load<i32>(team.open);
      if (!isOpen(word)) {
        if (++spins < SPINS_BEFORE_SLEEP) continue;
        atomic.add<i32>(team.sleepers, 1);
        // Returns at once when the word has changed in the meantime.
        atomic.wait<i32>(team.open, word, -1);
        atomic.sub<i32>(team.sleepers, 1);
      } else if (take(team, word, word - 256)) {
        // Through the table: this loop is never optimised, what it calls is. The job cannot end before this part does, so
        // that its description is the right one even if another job was announced since `word` was read.
        call_indirect<void>(team.part, team, thread, (word >> 8) - 1, team.parts);
        atomic.add<i32>(team.finished, 1);
      }
      spins = 0;
    }
  }
}

/**
 * Has every further job that is worth several threads call the host before it begins, which is to throw: the work would get
 * done without a worker that has ended, but slowly, and one that has merely stalled might yet finish a part of an old job.
 */
export function endTeam(team: Team): void {
  team.ended = true;
}

/** Bytes of a team. */
export function teamBytes(): usize {
  return 7 * LINE;
}

/** Bytes of one thread's workspace. */
export function workBytes(): usize {
  return WORK_BYTES;
}

/** Where the host's allocations may begin. */
export function heapBase(): usize {
  return max(__heap_base, 1024);
}

/** Address of the word that thread number `thread` changes while a long part advances. */
export function progressOf(team: Team, thread: i32): usize {
  return team.workspace(thread) + PROGRESS;
}

/** Lays out a team of `threads` with `threads`·workBytes() bytes of workspace. Must not be called while a job runs. */
export function initTeam(team: Team, threads: i32, tile: i32, work: usize): void {
  team.threads = threads;
  team.tile = tile;
  team.work = work;
  for (let thread = 0; thread < threads; ++thread) store<i32>(team.workspace(thread), 0, SORTED_JOB);
}
