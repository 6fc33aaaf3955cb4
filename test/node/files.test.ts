import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileCheckpoint, fileLog, readCheckpoint, removeStaleTemporaries, writeWhole } from "../../src/node/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simdgrad-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The number of a process that has ended. */
const endedProcess = () => spawnSync(process.execPath, ["--eval", ""]).pid;

describe("writeWhole", () => {
  it("replaces a file in one step: who reads meanwhile sees one content or the other", async () => {
    const path = join(folder, "file");
    const contents = ["a", "b"].map((letter) => letter.repeat(3_000_000));
    await writeWhole(path, contents[0] as string);
    const seen = new Set<string>();
    let done = false;
    const reader = (async () => {
      while (!done) {
        const text = await readFile(path, "utf8");
        expect(contents).toContain(text);
        seen.add(text[0] as string);
      }
    })();
    for (let i = 1; i <= 20; ++i) await writeWhole(path, contents[i % 2] as string);
    done = true;
    await reader;
    expect(seen.size).toBe(2);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("leaves nothing behind when it fails", async () => {
    const path = join(folder, "taken");
    await mkdir(path);
    await expect(writeWhole(path, "text")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["taken"]);
    expect((await stat(path)).isDirectory()).toBe(true);
    await expect(writeWhole(join(folder, "missing", "file"), "text")).rejects.toThrow("ENOENT");
  });
});

describe("removeStaleTemporaries", () => {
  it("removes what ended processes left of this file, and nothing else", async () => {
    const gone = endedProcess();
    const stale = [`.model.${gone}.0.1.tmp`, `.model.${gone}.3.12.tmp`, `.model.${process.pid}.0.99.tmp`];
    const others = [
      `.model.${process.ppid}.0.1.tmp`,
      `.other.${gone}.0.1.tmp`,
      ".model.tmp",
      "model",
      `model.${gone}.tmp`,
    ];
    for (const name of [...stale, ...others]) await writeFile(join(folder, name), "");
    // Of this process's main thread; tests may run in another one, for which that is in use.
    const { threadId } = await import("node:worker_threads");
    const expected = threadId === 0 ? [3, others] : [2, [...others, stale[2]]];
    const removed = await removeStaleTemporaries(join(folder, "model"));
    expect([removed, (await readdir(folder)).sort()]).toEqual([expected[0], [...(expected[1] as string[])].sort()]);
  });

  it("keeps what this process is writing", async () => {
    const path = join(folder, "model");
    const writes = Array.from({ length: 5 }, (_, i) => writeWhole(path, `${i}`.repeat(1_000_000)));
    await removeStaleTemporaries(path);
    await Promise.all(writes);
    expect((await stat(path)).size).toBe(1_000_000);
  });
});

describe("training's files", () => {
  it("a checkpoint is replaced by the next; its folder is made, and cleaned", async () => {
    const path = join(folder, "runs", "a.safetensors");
    expect(await readCheckpoint(path)).toBeUndefined();
    await mkdir(join(folder, "runs"));
    await writeFile(join(folder, "runs", `.a.safetensors.${endedProcess()}.0.7.tmp`), "half");
    const write = fileCheckpoint(path);
    await write(Uint8Array.of(1, 2), { epoch: 1, batch: 0 });
    await write(Uint8Array.of(3), { epoch: 2, batch: 0 });
    expect([...(await readFile(path))]).toEqual([3]);
    await expect(readCheckpoint(path)).rejects.toThrow(`${path}: expected at least 8 bytes, got 1`);
    expect(await readdir(join(folder, "runs"))).toEqual(["a.safetensors"]);
    await expect(readCheckpoint(folder)).rejects.toThrow("EISDIR");
  });

  it("checkpoints can have names of their own", async () => {
    const write = fileCheckpoint(({ epoch, batch }) => join(folder, "new", `${epoch}-${batch}`));
    await write(Uint8Array.of(1), { epoch: 1, batch: 8 });
    await write(Uint8Array.of(2), { epoch: 2, batch: 0 });
    expect((await readdir(join(folder, "new"))).sort()).toEqual(["1-8", "2-0"]);
  });

  it("a log is begun anew by each training, then grows", async () => {
    const path = join(folder, "logs", "run.csv");
    const write = fileLog(path);
    for (let training = 0; training < 2; ++training) {
      await write("epoch\n1\n", true);
      await write("2\n", false);
      expect(await readFile(path, "utf8")).toBe("epoch\n1\n2\n");
    }
  });
});
