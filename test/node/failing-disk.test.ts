import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { mnistFiles } from "../../src/digits/mnist.js";
import { fileCheckpoint, fileLog, writeWhole } from "../../src/node/index.js";
import { findMnist } from "../../src/node/mnist-files.js";
// @ts-expect-error without types, as it is also loaded before the command
import { disturbAt } from "../cli/failing-disk.mjs";

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "failing-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** How many operations there are; then each fails in turn, after `prepare`. */
async function failEach(
  prepare: () => Promise<unknown>,
  work: () => Promise<unknown>,
  check: (n: number, error: Error) => Promise<void>,
): Promise<number> {
  await prepare();
  disturbAt(0);
  await work();
  const count: number = disturbAt(0);
  for (let n = 1; n <= count; ++n) {
    await prepare();
    disturbAt(n);
    const error = await work().then(
      () => undefined,
      (reason: Error) => reason,
    );
    disturbAt(0);
    expect([n, error]).toEqual([n, expect.any(Error)]);
    await check(n, error as Error);
  }
  return count;
}

it.each([
  ["writeWhole", (path: string) => writeWhole(path, "new")],
  ["fileCheckpoint", async (path: string) => fileCheckpoint(path)(Buffer.from("new"), { epoch: 1, batch: 0 })],
  ["the first text of fileLog", async (path: string) => fileLog(path)("new", true)],
])("%s: the old file or the new, with its mode, and no other; the error names it", async (_, write) => {
  const prepare = async () => {
    await writeFile(at("file"), "old");
    await chmod(at("file"), 0o640);
  };
  const count = await failEach(
    prepare,
    () => write(at("file")),
    async (n, error) => {
      expect(error.message).toContain(`${at("file")}: cannot be written (ENOSPC`);
      expect(error).toMatchObject({ code: "ENOSPC", path: at("file") });
      expect(await readFile(at("file"), "utf8")).toBe(n <= 6 ? "old" : "new");
      expect(await readdir(folder)).toEqual(["file"]);
    },
  );
  // Open, write, chmod, sync, close, rename; open, sync and close of the folder.
  expect(count).toBe(9);
});

it("what a log is to grow by is in it wholly or not at all", async () => {
  const count = await failEach(
    () => writeFile(at("log"), "1\n"),
    async () => fileLog(at("log"))("22\n", false),
    async (n, error) => {
      expect(error.message).toContain(`${at("log")}: cannot be written (ENOSPC`);
      expect(await readFile(at("log"), "utf8")).toBe(n < 3 ? "1\n" : "1\n22\n");
    },
  );
  // Open, write, close.
  expect(count).toBe(3);
});

it("a log that cannot be cut back says so", async () => {
  await writeFile(at("log"), "1\n");
  // An append that is cut at once fails, and so does the cut: the second operation and the third.
  disturbAt([2, 3]);
  const error = await (async () => fileLog(at("log"))("22\n", false))().catch((reason: Error) => reason);
  disturbAt(0);
  expect((error as Error).message).toMatch(
    /log: cannot be written \(ENOSPC.*; a part of the text is left in it: ENOSPC/,
  );
});

let server: Server;
const packed = gzipSync("not looked at");
beforeAll(async () => {
  server = createServer((_, response) => response.end(packed));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => new Promise((closed) => server.close(closed)));

it("MNIST's cache: files that are whole, none beside them", async () => {
  const gz = createHash("sha256").update(packed).digest("hex");
  const options = {
    resolveFrom: at("nowhere", "/"),
    cache: at("cache"),
    download: true,
    mirrors: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`],
    checksums: Object.fromEntries(mnistFiles.map((file) => [file, { gz }])) as never,
  };
  const names = mnistFiles.map((file) => `${file}.gz`);
  const count = await failEach(
    () => rm(at("cache"), { recursive: true, force: true }),
    () => findMnist(options),
    async (n, error) => {
      // Of each file open, write, sync, close, rename; open, sync and close of the folder.
      const [file, operation] = [Math.floor((n - 1) / 8), (n - 1) % 8];
      expect(error.message).toContain(`${at("cache", names[file] as string)}: cannot be written (ENOSPC`);
      expect((await readdir(at("cache"))).sort()).toEqual(names.slice(0, file + Number(operation > 4)).sort());
      for (const name of await readdir(at("cache"))) expect(await readFile(at("cache", name))).toEqual(packed);
    },
  );
  expect(count).toBe(4 * 8);
});
