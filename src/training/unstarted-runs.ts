/** Runs that nobody ever began: `fit(…)` without await trains nothing, and its caller would not notice. */

const MESSAGE =
  "a run that fit returned was never started, so nothing was trained: write `await fit(…)`, or iterate over it with `for await`";

/** Runs that have not begun, by how their callers want to be told. They do not keep the runs alive. */
const unstarted = new Map<object, (message: string) => void>();

const dropped = new FinalizationRegistry<object>((token) => report(token));

/** @returns what is to be called when the run begins, however often */
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

/** A run was collected. */
function report(token: object): void {
  const warn = unstarted.get(token);
  unstarted.delete(token);
  if (unstarted.size === 0) globalThis.process?.off?.("exit", reportAll);
  warn?.(MESSAGE);
}

/** The process ends, most often before anything is collected. */
function reportAll(): void {
  for (const token of [...unstarted.keys()]) report(token);
}
