// A team is a set of threads that share a kernel's work (OpenMP's word). It lives in linear memory that the host allocates.
// A job is divided by output, never along a sum, so results have the same bits for any number of threads.

import { LINE } from "./parts";
import { PROGRESS, SORTED_JOB, WORK_BYTES } from "./workspace";

/** Least floating-point operations of a part: about 1 µs, several times the cost of handing it to another core. */
const GRAIN: f64 = 50_000;
/** Parts per thread. If one thread is interrupted, the others take over most of its work. */
const PARTS_A_THREAD: i32 = 2;
/** Bytes for a kernel's arguments. */
export const JOB_BYTES: usize = 3 * LINE;
/** How often a waiting worker polls before it sleeps: about 100 µs, longer than the pauses between the kernels of a step. */
const SPINS_BEFORE_SLEEP: i32 = 100_000;
/** How often the caller polls for the last parts before it asks the host whether their threads are still alive. */
const SPINS_BEFORE_ASKING: i32 = 20_000;

/** Does part `part` of `parts` of a job on thread `thread`. May use that thread's workspace. */
export type Part = (team: Team, thread: i32, part: i32, parts: i32) => void;

/** Called while job `job` is running for long, and after endTeam. Throws if the threads will not finish it. */
@external("host", "awaitParts")
declare function awaitParts(job: i32): void;

@unmanaged
export class Team {
  /** Number of threads, including the caller. */
  threads: i32;
  /** The micro-kernel's tile; see tileRows and tileIsWide. */
  tile: i32;
  /** `threads` workspaces of WORK_BYTES, one after the other, 64-byte aligned. */
  work: usize;
  /** The current job: its number, the index of its Part in the function table, and how many parts it has. */
  jobs: i32;
  part: i32;
  parts: i32;
  /** Whether a worker has ended; see endTeam. */
  ended: bool;

  /** The workspace of thread `thread`. */
  @inline
  workspace(thread: i32): usize {
    return this.work + <usize>thread * WORK_BYTES;
  }

  /** Address of the kernel's arguments for the threads. */
  @inline
  get job(): usize {
    return changetype<usize>(this) + LINE;
  }

  /** Address of the word with the parts still to take: from its low byte up to, but not including, the next byte. */
  @inline
  get open(): usize {
    return this.job + JOB_BYTES;
  }

  /** Address of the number of sleeping threads. */
  @inline
  get sleepers(): usize {
    return changetype<usize>(this) + 5 * LINE;
  }

  /** Address of the number of parts that workers have finished. */
  @inline
  get finished(): usize {
    return changetype<usize>(this) + 6 * LINE;
  }
}

/** Runs all parts of a job on as many threads as pay off for its number of floating-point operations (or their equal in time). */
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
      // The caller begins with the first part, workers with the last: each finds in its cache what it left there.
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

/** Whether a part is left. */
@inline
function isOpen(word: i32): bool { return (word & 255) < (word >> 8); }

/** Takes a part unless another thread was faster. */
@inline
function take(team: Team, word: i32, rest: i32): bool { return atomic.cmpxchg<i32>(team.open, word, rest) == word; }

/** Waits until workers have finished `parts` parts. */
function join(team: Team, parts: i32): void {
  let spins = 0;
  while (atomic.load<i32>(team.finished) != parts) {
    if (++spins < SPINS_BEFORE_ASKING) continue;
    spins = 0;
    awaitParts(team.jobs);
  }
}

/** The loop of worker `thread`: takes parts while there are any, then waits for more. Never returns. */
export function serve(team: Team, thread: i32): void {
  if (ASC_FEATURE_THREADS) {
    // The host waits for this: a worker that has loaded may not be running yet.
    atomic.store<i32>(progressOf(team, thread), 1);
    let spins = 0;
    while (true) {
      const word = atomic.load<i32>(team.open);
      if (!isOpen(word)) {
        if (++spins < SPINS_BEFORE_SLEEP) continue;
        atomic.add<i32>(team.sleepers, 1);
        // Returns at once if the word has changed.
        atomic.wait<i32>(team.open, word, -1);
        atomic.sub<i32>(team.sleepers, 1);
      } else if (take(team, word, word - 256)) {
        // Calls through the table: engines never optimise this endless loop, only what it calls. The job cannot end before
        // this part does, so its description is right even if another job was announced after `word` was read.
        call_indirect<void>(team.part, team, thread, (word >> 8) - 1, team.parts);
        atomic.add<i32>(team.finished, 1);
      }
      spins = 0;
    }
  }
}

/**
 * From now on, every job that would use several threads calls the host first, which throws. The other threads could do the
 * work of a worker that has ended, but slowly; and a worker that has only stalled could still finish a part of an old job.
 */
export function endTeam(team: Team): void {
  team.ended = true;
}

/** Bytes of a Team. */
export function teamBytes(): usize {
  return 7 * LINE;
}

/** Bytes of one thread's workspace. */
export function workBytes(): usize {
  return WORK_BYTES;
}

/** The first address that the host may allocate. */
export function heapBase(): usize {
  return max(__heap_base, 1024);
}

/** Address of the word that thread `thread` changes while it works on a long part. */
export function progressOf(team: Team, thread: i32): usize {
  return team.workspace(thread) + PROGRESS;
}

/** Initialises a team of `threads` threads. `work`: threads·workBytes() bytes. Do not call it while a job runs. */
export function initTeam(team: Team, threads: i32, tile: i32, work: usize): void {
  team.threads = threads;
  team.tile = tile;
  team.work = work;
  for (let thread = 0; thread < threads; ++thread) store<i32>(team.workspace(thread), 0, SORTED_JOB);
}
