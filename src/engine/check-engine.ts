/** Checks of an engine and its kernels. */

import { isPromise, wrongType } from "../checks/check-options.js";
import { LinearMemory } from "../wasm/memory.js";

/** @throws TypeError for anything but an engine, such as a promise that was not awaited */
export function checkEngine(what: string, engine: unknown): void {
  const { kernels, memory, random } = (engine ?? {}) as Readonly<Record<string, unknown>>;
  if (memory instanceof LinearMemory && typeof kernels === "object" && typeof random === "object") return;
  throw wrongType(`${what}: engine`, "an engine", engine, isPromise(engine) ? ": await createEngine()" : undefined);
}

/** @throws TypeError for anything but an engine's kernels */
export function checkKernels(what: string, kernels: unknown): void {
  if (typeof (kernels as Readonly<Record<string, unknown>> | null)?.gatherRows === "function") return;
  throw wrongType(`${what}: kernels`, "an engine's kernels", kernels);
}
