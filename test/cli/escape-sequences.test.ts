import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;

it("names out of files move no cursor: in the introduction, in errors, in wrong usage", async () => {
  const folder = await mkdtemp(join(tmpdir(), "escapes-"));
  const rows = Array.from({ length: 40 }, (_, row) => `${row},n\x1b[2J${row % 3},${row % 2 ? "a" : "b"}`);
  await writeFile(join(folder, "\x1b[31mt.csv"), `x,\x1b]0;title\x07y,class\n${rows.join("\n")}\n`);
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
    expect(["\x1b", "\x07"].filter((character) => (stdout + stderr).includes(character))).toEqual([]);
    return { status, output: stdout + stderr };
  };
  const table = join(folder, "\x1b[31mt.csv");
  const trained = run("train", table, "--epochs", "1", "--out", join(folder, "run"));
  expect(trained).toMatchObject({
    status: 0,
    output: expect.stringContaining("columns of names: \ufffd]0;title\ufffdy (3)"),
  });
  expect(run("train", table, "--target", "\x1b[2J").status).toBe(2);
  expect(run("train", "\x1b[2J").status).toBe(2);
  expect(run("evaluate", join(folder, "\x1b[2J")).status).toBe(1);
  await rm(folder, { recursive: true });
}, 30_000);
