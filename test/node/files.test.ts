import { spawnSync } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileCheckpoint, fileLog, readCheckpoint, removeStaleTemporaries, writeWhole } from "../../src/node/index.js";
import { hostToken, startOf } from "../../src/node/process-identity.js";
import { removeTemporaries } from "../../src/node/temporaries.js";

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

describe("what is replaced", () => {
  it("keeps its mode, and is refused when it is read-only", async () => {
    const path = join(folder, "secret");
    await writeWhole(path, "a");
    await chmod(path, 0o640);
    await writeWhole(path, "b");
    expect([(await stat(path)).mode & 0o7777, await readFile(path, "utf8")]).toEqual([0o640, "b"]);
    await chmod(path, 0o444);
    await expect(writeWhole(path, "c")).rejects.toThrow(`${path}: cannot be written (EACCES: the file is read-only)`);
    expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["b", ["secret"]]);
  });

  it("is the file that a link leads to, also one that is not there yet", async () => {
    await mkdir(join(folder, "far"));
    await symlink(join("far", "file"), join(folder, "link"));
    await symlink("link", join(folder, "second"));
    for (const text of ["a", "b"]) {
      await writeWhole(join(folder, "second"), text);
      expect(await readFile(join(folder, "far", "file"), "utf8")).toBe(text);
    }
    expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
    await symlink("loop", join(folder, "loop"));
    await expect(writeWhole(join(folder, "loop"), "a")).rejects.toThrow("ELOOP");
  });

  it("may have a name as long as the system allows", async () => {
    for (const name of ["x".repeat(255), "ü".repeat(127)]) {
      await writeWhole(join(folder, name), "a");
      await writeWhole(join(folder, name), "b");
      expect(await readFile(join(folder, name), "utf8")).toBe("b");
      await rm(join(folder, name));
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("removeStaleTemporaries", () => {
  it("removes what ended processes left of this file, and nothing else, whatever the process number", async () => {
    const gone = endedProcess();
    const { threadId } = await import("node:worker_threads");
    const here = hostToken();
    const stale = [`.model.${here}.${gone}.0.aa.tmp`, `.model.${here}.${process.pid}.${threadId}.99.tmp`];
    // Of other machines and containers, and of versions before: by their age alone.
    const old = [".model.0badcafe.1.0.aa.tmp", `.model.${process.pid}.0.1.tmp`];
    const others = [
      `.model.${here}.${process.ppid}.0.aa.tmp`,
      `.model.${here}.${process.pid}.${threadId + 1}.aa.tmp`,
      ".model.0badcafe.1.0.ab.tmp",
      `.other.${here}.${gone}.0.aa.tmp`,
      ".model.tmp",
      "model",
      `model.${gone}.tmp`,
    ];
    for (const name of [...stale, ...old, ...others]) await writeFile(join(folder, name), "");
    const hoursAgo = Date.now() / 1000 - 7200;
    for (const name of old) await utimes(join(folder, name), hoursAgo, hoursAgo);
    expect(await removeStaleTemporaries(join(folder, "model"))).toBe(4);
    expect((await readdir(folder)).sort()).toEqual([...others].sort());
    // The folder's owner knows that nobody else writes.
    expect(await removeTemporaries(join(folder, "model"), true)).toBe(3);
  });

  it("knows a living writer by its start, however old its file is, and another process with its number", async () => {
    const [here, parent] = [hostToken(), process.ppid];
    const living = `.model.${here}.${parent}-${startOf(parent)}.0.aa.tmp`;
    for (const name of [living, `.model.${here}.${parent}-1.0.aa.tmp`]) await writeFile(join(folder, name), "");
    await utimes(join(folder, living), 0, 0);
    expect(await removeStaleTemporaries(join(folder, "model"))).toBe(1);
    expect(await readdir(folder)).toEqual([living]);
  });

  it.each([-7200, 7200])(
    "takes ages by the clock of the file system: this process's may be off by %d s",
    async (off) => {
      const [young, old] = [".model.0badcafe.1.0.aa.tmp", ".model.0badcafe.1.0.bb.tmp"];
      for (const name of [young, old]) await writeFile(join(folder, name), "");
      const now = Date.now();
      await utimes(join(folder, old), now / 1000 - 3700, now / 1000 - 3700);
      const clock = vi.spyOn(Date, "now").mockImplementation(() => now + 1000 * off);
      try {
        expect(await removeStaleTemporaries(join(folder, "model"))).toBe(1);
        expect(await readdir(folder)).toEqual([young]);
      } finally {
        clock.mockRestore();
      }
    },
  );

  it("is done by every write, before a path's first", async () => {
    await writeFile(join(folder, `.log.${hostToken()}.${endedProcess()}.0.aa.tmp`), "half");
    await writeWhole(join(folder, "log"), "whole");
    expect(await readdir(folder)).toEqual(["log"]);
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
    await writeFile(join(folder, "runs", `.a.safetensors.${hostToken()}.${endedProcess()}.0.7.tmp`), "half");
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
