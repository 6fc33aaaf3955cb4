// Each thread's own memory, where kernels keep what they pack, sort or add up. It begins with a cache line of words.

/** Bytes of each thread's workspace: the largest that any kernel asks for. */
export const WORK_BYTES: usize = 2 << 20;
/** Offset of the word that changes while a long part advances. */
export const PROGRESS: usize = 0;
/** Offset of the number of the job for which the thread has sorted sparse rows by column; see products/sparse-columns.ts. */
export const SORTED_JOB: usize = 4;
/** Bytes of the words: here begins what a kernel may use. */
export const WORDS_BYTES: usize = 64;
