// Each thread has a workspace, in which kernels pack, sort and sum. It begins with a cache line of words.

/** Bytes of a thread's workspace: enough for every kernel. */
export const WORK_BYTES: usize = 2 << 20;
/** Offset of the word that changes while a long part advances. */
export const PROGRESS: usize = 0;
/** Offset of the number of the job whose sparse rows the thread has sorted by column; see products/sparse-columns.ts. */
export const SORTED_JOB: usize = 4;
/** Bytes of the words. Kernels may use what follows. */
export const WORDS_BYTES: usize = 64;
