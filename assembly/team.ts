// The team: what a kernel that splits its work needs to know. It lies in linear memory, laid out by the host.

/** Bytes of each thread's workspace: the largest that any kernel asks for. */
export const WORK_BYTES: usize = 2 << 20;

@unmanaged
export class Team {
  /** Threads that share a job, this one included. */
  threads: i32;
  /** The micro-kernel's tile, see tileRows and tileIsWide. */
  tile: i32;
  /** `threads` workspaces of WORK_BYTES, one after the other, 64-byte aligned. */
  work: usize;

  // @ts-ignore: decorator
  @inline
  workspace(part: i32): usize {
    return this.work + <usize>part * WORK_BYTES;
  }
}

/** Bytes of a team. */
export function teamBytes(): usize {
  return offsetof<Team>();
}

/** Bytes of one thread's workspace. */
export function workBytes(): usize {
  return WORK_BYTES;
}

/** Where the host's allocations may begin. */
export function heapBase(): usize {
  return max(__heap_base, 1024);
}

/** Lays out a team of `threads` with `threads`·workBytes() bytes of workspace. */
export function initTeam(team: Team, threads: i32, tile: i32, work: usize): void {
  team.threads = threads;
  team.tile = tile;
  team.work = work;
}
