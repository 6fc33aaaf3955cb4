/** Which process on which machine: process numbers alone come again, in a container each time. */

import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

let token: string | undefined;

/** Eight hexadecimal digits for those processes whose numbers this one can ask for: of one machine, since its start, in one container. */
export function hostToken(): string {
  const parts = () => [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
    attempt(() => readlinkSync("/proc/self/ns/pid")),
  ];
  token ??= createHash("sha256").update(parts().join("\n")).digest("hex").slice(0, 8);
  return token;
}

/** When a process began, in ticks of its machine; an empty text where the system does not say (other than Linux). */
export function startOf(pid: number): string {
  return fieldsOf(pid)[19] ?? "";
}

/** Whether a process of this machine has this number, and is no zombie: one that has ended, and whose parent has not asked how. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return fieldsOf(pid)[0] !== "Z";
}

/** What Linux says of a process, from its state on; the name before, in parentheses, may have spaces in it. */
function fieldsOf(pid: number): string[] {
  return attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "")).split(" ");
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
