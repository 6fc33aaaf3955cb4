/** How much memory a call asks for: on the JavaScript heap and in buffers outside of it, freed meanwhile or not. */

import { GCProfiler, getHeapStatistics } from "node:v8";

/** Bytes on the heap and in array buffers, garbage included. */
function bytesHeld(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/**
 * Calls `action` and returns the bytes that it allocated: nothing is freed unless the collector runs, so that this is an
 * upper bound of what the call held at any moment. Undefined when the collector did run.
 */
export function allocatedBy(action: () => void): number | undefined {
  const profiler = new GCProfiler();
  profiler.start();
  const before = bytesHeld();
  action();
  const after = bytesHeld();
  return profiler.stop().statistics.length === 0 ? after - before : undefined;
}

/** As `allocatedBy`, of an action that can be repeated until the collector leaves it alone. */
export function allocatedInPeace(action: () => void): number {
  for (let attempt = 0; attempt < 20; ++attempt) {
    const bytes = allocatedBy(action);
    if (bytes !== undefined) return bytes;
  }
  throw new Error("the collector ran in each of 20 calls");
}
