/** What training came to: `train` of samples/train.js, and its run in Node. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Variant } from "../../src/index.js";
import { makeProject } from "./project.js";

export interface Outcome {
  readonly error?: string;
  readonly losses: readonly number[];
  /** A hash of each parameter. */
  readonly weights: readonly number[];
  readonly variant: Variant;
  readonly threads: number;
  readonly threadsReason: string;
}

/** Trains in this process, with the packed package. */
export async function trainInNode(variant: Variant, threads: number): Promise<Outcome> {
  const project = makeProject();
  try {
    const load = (path: string) => import(pathToFileURL(join(project.folder, path)).href);
    const { train } = await load("train.js");
    return await train(await load("node_modules/simdgrad/build/index.js"), { variant, threads });
  } finally {
    project.remove();
  }
}
