/** Turns of other tasks in between long work: timers, input, signals. */

/** How long work may keep the thread before other tasks get their turn. */
const TURN_MILLISECONDS = 50;

// As they are when this module is loaded: timers that a test fakes later stand still, and would hold training up for good.
const immediate: typeof setImmediate | undefined = globalThis.setImmediate;
const Channel = globalThis.MessageChannel;
const now = performance.now.bind(performance);

/** The event loop's next task. Browsers let a timer that follows another wait 4 ms: of 50 that would be 8 %. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof immediate === "function") {
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

/** Says when a turn of the others is due: about every 50 ms. */
export class Turns {
  #last = now();

  /** Reads the clock. */
  isDue(): boolean {
    return now() - this.#last > TURN_MILLISECONDS;
  }

  /** Lets all tasks that wait have their turn. */
  async give(): Promise<void> {
    await nextTask();
    this.#last = now();
  }
}
