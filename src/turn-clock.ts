/** When the turn of other tasks is due, for work that is a loop of its own. */

import { nextTask } from "./turns.js";

/** How long work may keep the thread before other tasks get their turn. */
const TURN_MILLISECONDS = 50;

// Held from the start: a clock that a test fakes later stands still, and no turn would ever be due.
const now = performance.now.bind(performance);

/** Counts from when it is made, and from each turn. */
export class TurnClock {
  #last = now();

  /** Whether about 50 ms have passed. */
  isDue(): boolean {
    return now() - this.#last > TURN_MILLISECONDS;
  }

  /** Lets all tasks that wait have their turn. */
  async give(): Promise<void> {
    await nextTask();
    this.#last = now();
  }
}
