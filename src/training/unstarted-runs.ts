/** Warns about runs that never began: `fit(…)` without await trains nothing, and the caller might not notice. */

const MESSAGE =
  "a run that fit returned was never started, so nothing was trained: write `await fit(…)`, or iterate over it with `for await`";

/** Runs that have not begun, by their `onWarning`. Does not keep the runs alive. */
const unstarted = new Map<object, (message: string) => void>();

const dropped = new FinalizationRegistry<object>((token) => report(token));

/** @returns a function to call when the run begins; it may be called several times */
export function expectStart(run: object, warn: (message: string) => void): () => void {
  const token = {};
  if (unstarted.size === 0) globalThis.process?.on?.("exit", reportAll);
  unstarted.set(token, warn);
  dropped.register(run, token, token);
  return () => {
    if (!unstarted.delete(token)) return;
    dropped.unregister(token);
    if (unstarted.size === 0) globalThis.process?.off?.("exit", reportAll);
  };
}

/** Called when a run was collected. */
function report(token: object): void {
  const warn = unstarted.get(token);
  unstarted.delete(token);
  if (unstarted.size === 0) globalThis.process?.off?.("exit", reportAll);
  warn?.(MESSAGE);
}

/** Called when the process ends, usually before anything is collected. */
function reportAll(): void {
  for (const token of [...unstarted.keys()]) report(token);
}
