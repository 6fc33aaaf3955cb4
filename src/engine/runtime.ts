import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import type { Random } from "./random.js";

/** The part of an engine that everything in linear memory needs. */
export interface Runtime {
  /** The kernels' exports: a call costs no more than the call. */
  readonly kernels: Kernels;
  readonly memory: LinearMemory;
  readonly random: Random;
}
