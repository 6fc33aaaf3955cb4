/** Ctrl-C and closed terminals: the first signal stops the training after its batch, a second Ctrl-C ends the program. */

import { isatty } from "node:tty";
import { removeUnfinished } from "../node/temporaries.js";

const hasTerminal = [0, 1, 2].some(isatty);

/** Ignores SIGHUP if no stream is a terminal, as under nohup. Node does not keep nohup's own setting. */
export function ignoreHangUps(): void {
  if (!hasTerminal) process.on("SIGHUP", () => {});
}

/**
 * From here on a first signal only aborts the returned AbortSignal, so the program can still write its results. A closed terminal
 * (SIGHUP) always counts as a first Ctrl-C, because it may come twice. A second Ctrl-C ends the program with exit code 130.
 *
 * @param onFirst tells the user; @param onSecond restores the terminal
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
