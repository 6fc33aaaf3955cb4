/** A reader in a process of its own, so that what it takes can be measured, and a hang ends. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

export interface Measured {
  /** `read`, or the error's name and message. */
  readonly outcome: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the processor, in milliseconds. */
  readonly time: number;
  /** By which the resident set grew, in bytes. */
  readonly memory: number;
}

/**
 * What reading a file takes that a program makes.
 *
 * @param make a program that writes the file to `path`
 * @param module of the build
 * @param read an expression of `m`, the module, `createEngine`, and `file`, the bytes
 */
export function measureReader(make: string, module: string, read: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const path = `const path = ${JSON.stringify(join(folder, "file"))};`;
  try {
    // In a process of its own, whose memory does not hide that of the reader.
    runProgram(`${path} ${make} console.log(0);`, 60_000);
    return runProgram<Measured>(
      `
      ${path}
      import * as m from ${built(module)};
      import { createEngine } from ${built("index.js")};
      import { readFileSync } from "node:fs";
      const file = Uint8Array.from(readFileSync(path));
      gc();
      const before = process.memoryUsage.rss();
      const start = process.cpuUsage();
      let outcome = "read";
      try {
        await ${read};
      } catch (error) {
        outcome = error.name + " " + error.message;
      }
      const { user, system } = process.cpuUsage(start);
      const memory = process.resourceUsage().maxRSS * 1024 - before;
      console.log(JSON.stringify({ outcome, size: file.length, time: (user + system) / 1000, memory }));
    `,
      60_000,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
