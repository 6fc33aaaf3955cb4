/** Ctrl-C, and a terminal that closes: the first signal stops a training after its batch, a second Ctrl-C ends the program. */

import { isatty } from "node:tty";
import { removeUnfinished } from "../node/temporaries.js";

const hasTerminal = [0, 1, 2].some(isatty);

/** Under nohup, which takes the terminal from all three streams, SIGHUP changes nothing: Node itself forgets that nohup had it ignored. */
export function ignoreHangUps(): void {
  if (!hasTerminal) process.on("SIGHUP", () => {});
}

/**
 * From here to its end no signal ends the program by itself: its results are still written. A closed terminal (SIGHUP) counts as a
 * first Ctrl-C each time, as it may come twice. A second Ctrl-C ends it with exit code 130.
 *
 * @param onFirst says so; @param onSecond leaves the terminal as it was
 */
export function catchInterrupts(onFirst: () => void, onSecond: () => void): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => {
    if (signal.aborted) return;
    controller.abort();
    onFirst();
  };
  const onInterrupt = () => {
    if (!signal.aborted) return stop();
    onSecond();
    removeUnfinished();
    process.exit(130);
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  if (hasTerminal) process.on("SIGHUP", stop);
  return signal;
}
