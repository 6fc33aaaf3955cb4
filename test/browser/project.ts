/** Sample projects that have the packed package installed. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

const samples = fileURLToPath(new URL("samples/", import.meta.url));
const loader = fileURLToPath(new URL("../../node_modules/@assemblyscript/loader/", import.meta.url));

export interface Project {
  readonly folder: string;
  remove(): void;
}

/** Copies a sample to a folder of its own, and unpacks the package and what the library entry depends on into it. */
export function makeProject(sample?: string): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "simdgrad-sample-")));
  if (sample) cpSync(join(samples, sample), folder, { recursive: true });
  cpSync(join(samples, "train.js"), join(folder, "train.js"));
  const installed = join(folder, "node_modules", "simdgrad");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", inject("tarball"), "-C", installed, "--strip-components=1"]);
  cpSync(loader, join(folder, "node_modules", "@assemblyscript", "loader"), { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
