/** Ctrl-C, and a terminal that closes: the first signal stops a training after its batch, a second Ctrl-C ends the program. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** The program ends by the next signal again, as it does by itself. */
  release(): void;
}

/**
 * From here on a signal does not end the program: its results are still written.
 *
 * A closed terminal (SIGHUP) counts as a first Ctrl-C each time, as it may come twice. Under nohup, which takes the terminal from
 * all three streams, it is ignored: Node itself forgets that nohup had it ignored.
 *
 * @param onFirst says so; @param onSecond leaves the terminal as it was
 */
export function catchInterrupts(onFirst: () => void, onSecond: () => void): Interruption {
  const controller = new AbortController();
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  const stop = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    onFirst();
  };
  const onInterrupt = () => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(130);
    }
    stop();
  };
  const onHangUp = () => {
    if (hasTerminal) stop();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  process.on("SIGHUP", onHangUp);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onInterrupt);
      process.off("SIGHUP", onHangUp);
    },
  };
}
