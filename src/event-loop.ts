/** Long work that yields to the event loop, so that timers, input and signals are not held up. */

import { checkOptions, type OptionNames, wrongType } from "./checks/check-options.js";
import type { AbortSignalLike } from "./checks/platform-types.js";

/** Options of methods that yield to the event loop. */
export interface AsyncOptions {
  /** Cancels the work the next time it yields. */
  readonly signal?: AbortSignalLike;
}

export const ASYNC_OPTIONS: OptionNames<AsyncOptions> = { signal: true };

/** How long work may hold the thread before it yields. */
const YIELD_MILLISECONDS = 50;

// Captured when the module loads: test runners replace all three with fakes that stand still.
/** Milliseconds, as `performance.now`. */
export const now: () => number = performance.now.bind(performance);
const immediate = globalThis.setImmediate as typeof setImmediate | undefined;
const Channel = globalThis.MessageChannel;

/** Resolves in the event loop's next task. Not a timer: browsers delay nested timers by 4 ms, 8 % of 50. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate) {
      immediate(resolve);
      return;
    }
    const { port1, port2 } = new Channel();
    port1.onmessage = () => {
      // An open port would keep some systems' processes alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Says when to yield to the event loop: about 50 ms after it was made or last yielded. */
export class YieldTimer {
  #last = now();

  /** Whether it is time to yield. @param time the current time, if you have it */
  isDue(time = now()): boolean {
    return time - this.#last > YIELD_MILLISECONDS;
  }

  /** Lets all waiting tasks run. */
  async yield(): Promise<void> {
    await nextTask();
    this.#last = now();
  }
}

/** Runs work that yields between its parts to its end, without a pause. */
export function runSync<T>(work: Generator<void, T, undefined>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Runs the same work, but yields to the event loop about every 50 ms.
 *
 * @throws the signal's reason once it is aborted
 */
export async function runAsync<T>(work: Generator<void, T, undefined>, signal?: AbortSignalLike): Promise<T> {
  const timer = new YieldTimer();
  try {
    for (;;) {
      // Not throwIfAborted: some signals lack it.
      if (signal?.aborted) throw signal.reason;
      const { done, value } = work.next();
      if (done) return value;
      if (timer.isDue()) await timer.yield();
    }
  } finally {
    // Frees what the parts share, after an error too.
    work.return(undefined as never);
  }
}

/** @throws TypeError for unknown options, and anything but an AbortSignal */
export function checkAsyncOptions(what: string, options: AsyncOptions): void {
  checkOptions(what, options, ASYNC_OPTIONS);
  checkSignal(options.signal);
}

/** @throws TypeError for anything but an AbortSignal or undefined */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignalLike | null)?.aborted === "boolean") return;
  throw wrongType("signal", "an AbortSignal", signal);
}
