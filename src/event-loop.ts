/** Long work in parts, so that timers, input and signals have their turn. */

import { checkOptions, type OptionNames, wrongType } from "./checks/check-options.js";
import type { AbortSignalLike } from "./checks/platform-types.js";

/** Options of work in turns. */
export interface TurnOptions {
  /** Ends the work between two parts. */
  readonly signal?: AbortSignalLike;
}

export const TURN_OPTIONS: OptionNames<TurnOptions> = { signal: true };

/** How long work may keep the thread before other tasks get their turn. */
const TURN_MILLISECONDS = 50;

// Held from the start: test runners replace all three by ones that stand still.
/** Milliseconds, as `performance.now`. */
export const now: () => number = performance.now.bind(performance);
const immediate = globalThis.setImmediate as typeof setImmediate | undefined;
const Channel = globalThis.MessageChannel;

/** The event loop's next task. Browsers let a timer that follows another wait 4 ms: of 50 that would be 8 %. */
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

/** When the turn of other tasks is due: counts from when it is made, and from each turn. */
export class TurnClock {
  #last = now();

  /** Whether about 50 ms have passed. @param time it is now, if it is known */
  isDue(time = now()): boolean {
    return time - this.#last > TURN_MILLISECONDS;
  }

  /** Lets all tasks that wait have their turn. */
  async give(): Promise<void> {
    await nextTask();
    this.#last = now();
  }
}

/** The result of work that yields between its parts, all of it at once. */
export function finish<T>(work: Generator<void, T, undefined>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * The same in turns: other tasks have theirs about every 50 ms.
 *
 * @throws the signal's reason once it is aborted
 */
export async function finishInTurns<T>(work: Generator<void, T, undefined>, signal?: AbortSignalLike): Promise<T> {
  const clock = new TurnClock();
  try {
    for (;;) {
      // Not throwIfAborted, which some signals do not have.
      if (signal?.aborted) throw signal.reason;
      const { done, value } = work.next();
      if (done) return value;
      if (clock.isDue()) await clock.give();
    }
  } finally {
    // Frees what the parts share, after an error too.
    work.return(undefined as never);
  }
}

/** @throws TypeError for unknown options, and anything but an AbortSignal */
export function checkTurnOptions(what: string, options: TurnOptions): void {
  checkOptions(what, options, TURN_OPTIONS);
  checkSignal(options.signal);
}

/** @throws TypeError for anything but an AbortSignal or undefined */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignalLike | null)?.aborted === "boolean") return;
  throw wrongType("signal", "an AbortSignal", signal);
}
