/** A reader in a process of its own, so that what it takes can be measured, and a hang ends. */

import { execFileSync } from "node:child_process";

export const MIB = 2 ** 20;
/** Of the collector's own, and of code that is compiled meanwhile. */
export const SLACK = 16 * MIB;

/** A module of the build, as an import names it. */
export const built = (path: string) => JSON.stringify(new URL(`../../build/${path}`, import.meta.url).href);

/**
 * What a program prints as JSON. Little room for young objects, so that what is dropped does not count as memory for long.
 *
 * @param timeout milliseconds until it is killed
 */
export function runProgram<T>(program: string, timeout: number): T {
  const flags = ["--max-semi-space-size=4", "--expose-gc", "--input-type=module", "--eval", program];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8", timeout }));
}
