/** Keeps views of the network up to date while its weights change. */

import { effect } from "@preact/signals";
import { generation, hash, hasNetwork, progress } from "./run-store.js";

/**
 * Calls `ask` now and whenever the weights may have changed: one call at a time, with a pause of at least this many milliseconds
 * between calls, and always once after the last change. Does not call it without a network.
 *
 * @returns a function that ends it
 */
export function followNetwork(ask: () => Promise<void>, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let asking = false;
  let changed = false;
  let ended = false;
  const schedule = () => {
    changed = true;
    if (asking || ended) return;
    timer ??= setTimeout(run, Math.max(0, last + milliseconds - performance.now()));
  };
  const run = async () => {
    timer = undefined;
    changed = false;
    asking = true;
    await ask();
    asking = false;
    last = performance.now();
    if (changed) schedule();
  };
  const stop = effect(() => {
    generation.value;
    progress.value;
    hash.value;
    if (hasNetwork.value) schedule();
  });
  return () => {
    ended = true;
    stop();
    clearTimeout(timer);
  };
}
