/** The packed package, installed by npm into an empty project. */

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

const run = promisify(execFile);
const iris = fileURLToPath(new URL("../../samples/iris.csv", import.meta.url));

/** All that is installed may take this much, in blocks of 4 KiB as file systems have them: simdgrad itself is half of it. */
const MOST_BYTES = 8e6;
const BLOCK = 4096;

let folder: string;
let said: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simdgrad-installed-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const { stdout, stderr } = await run("npm", ["install", "--no-audit", "--no-fund", inject("tarball")], {
    cwd: folder,
  });
  said = stdout + stderr;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm install simdgrad", () => {
  it("warns of nothing", () => {
    expect(said).toMatch(/^\s*added \d+ packages/);
    expect(said).not.toMatch(/warn|script/i);
  });

  it(`brings less than ${MOST_BYTES / 1e6} MB`, () => {
    const modules = join(folder, "node_modules");
    const sizes = (readdirSync(modules, { recursive: true }) as string[])
      .map((path) => statSync(join(modules, path)))
      .map((stats) => (stats.isFile() ? Math.ceil(stats.size / BLOCK) * BLOCK : BLOCK));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
  });

  it("brings all that the command needs, from the table to the charts", async () => {
    const command = join(folder, "node_modules", ".bin", "simdgrad");
    await run(command, ["train", iris, "--target", "target", "--epochs", "2", "--out", "run"], { cwd: folder });
    expect(readdirSync(join(folder, "run"))).toEqual(
      expect.arrayContaining(["accuracy.svg", "loss.svg", "report.html"]),
    );
    expect(readFileSync(join(folder, "run", "loss.svg"), "utf8")).toMatch(/<\/svg>\s*$/);
  }, 120_000);
});
