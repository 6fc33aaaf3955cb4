/** Ctrl-C: the first one stops a training after its batch, the second one ends the program. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** The program ends by the next signal again, as it does by itself. */
  release(): void;
}

/** @param onFirst says so; @param onSecond leaves the terminal as it was */
export function catchInterrupts(onFirst: () => void, onSecond: () => void): Interruption {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(130);
    }
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onInterrupt);
    },
  };
}
