import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BinaryName,
  createEngine,
  Dense,
  type EngineOptions,
  FormatError,
  LoadError,
  Network,
  WorkerError,
} from "../../src/index.js";

const NAMES: readonly BinaryName[] = ["simd", "relaxed", "simd-shared", "relaxed-shared"];
const folder = pathToFileURL("build/");
const bytes = (name: BinaryName) => readFileSync(`build/${name}.wasm`);
const compiled = async (name: BinaryName) => WebAssembly.compile(bytes(name));
/** A module without anything in it. */
const ANOTHER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const programUrl = new URL("../../build/wasm/worker.js", import.meta.url);

/** The loss of one training step, as everything before it depends on the options. */
async function start(options: EngineOptions) {
  const engine = await createEngine({ seed: 5, tile: "4x8", ...options });
  const network = new Network(engine, [new Dense(40, 3)]);
  const x = engine.matrix(
    8,
    40,
    Array.from({ length: 320 }, (_, i) => Math.fround((i % 7) / 7)),
  );
  const loss = network.train(x, engine.labels([0, 1, 2, 0, 1, 2, 0, 1]));
  const { variant, variantReason, threads, threadsReason } = engine.info();
  engine.dispose();
  return { loss, variant, variantReason, threads, threadsReason };
}

describe("the binaries may come from", () => {
  let origin: string;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url as string);
    const name = NAMES.find((known) => request.url === `/wasm/${known}.wasm`);
    if (name) response.end(bytes(name));
    else response.writeHead(request.url === "/page/simd-shared.wasm" ? 200 : 404).end("<!doctype html>");
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  it.each<[string, () => EngineOptions]>([
    ["a folder's URL", () => ({ wasmUrl: folder })],
    ["a folder's URL without its last slash", () => ({ wasmUrl: new URL(folder.href.slice(0, -1)) })],
    ["a path", () => ({ wasmUrl: "./build" })],
    ["a server", () => ({ wasmUrl: `${origin}/wasm/` })],
    ["a table of URLs", () => ({ wasmUrl: { "relaxed-shared": "build/relaxed-shared.wasm" } })],
    ["a function that gives URLs", () => ({ wasmUrl: (name) => new URL(`${name}.wasm`, folder) })],
    ["a function that gives bytes", () => ({ wasmBinary: bytes })],
    ["a function that gives modules later", () => ({ wasmModule: compiled })],
  ])("%s", async (_, options) => {
    const expected = await start({ threads: 2, variant: "relaxed" });
    expect(await start({ threads: 2, variant: "relaxed", ...options() })).toEqual(expected);
  });

  it("a folder, of which only the one that is needed is fetched", async () => {
    asked.length = 0;
    await start({ wasmUrl: `${origin}/wasm`, variant: "simd", threads: 1 });
    expect(asked).toEqual(["/wasm/simd-shared.wasm"]);
  });

  it("a table that leaves some out, which then are not used", async () => {
    const { loss } = await start({ variant: "simd", threads: 1 });
    const wasmBinary = { simd: new Uint8Array(bytes("simd")).buffer };
    expect(await start({ wasmBinary, threads: 2 })).toEqual({
      loss,
      variant: "simd",
      variantReason: "wasmBinary has no relaxed binary",
      threads: 1,
      threadsReason: "wasmBinary has no simd-shared",
    });
  });

  it.each<[string, EngineOptions, string]>([
    ["variant", { wasmModule: {}, variant: "simd" }, "expected some of simd, relaxed, simd-shared, relaxed-shared"],
    ["binary", { wasmUrl: { sse: "x" } as never }, "got sse"],
    ["variant", { wasmBinary: { simd: bytes("simd") }, variant: "relaxed" }, "wasmBinary: expected a relaxed binary"],
    ["one that links", { wasmBinary: { "simd-shared": bytes("simd") }, threads: 1 }, "expected simd, as memory is not"],
  ])("nowhere else: RangeError without the %s", async (_, options, message) => {
    await expect(createEngine(options)).rejects.toThrow(RangeError);
    await expect(createEngine(options)).rejects.toThrow(message);
  });

  it.each<[string, EngineOptions, string]>([
    ["two options", { wasmUrl: folder, wasmBinary: bytes }, "at most one of them, got wasmUrl and wasmBinary"],
    ["one binary, of which kind nobody knows", { wasmBinary: bytes("simd") as never }, "got a Uint8Array"],
    ["a number", { wasmUrl: 5 as never }, "wasmUrl: expected the URL of a folder, a table by binary"],
    [
      "bytes that are none",
      { wasmBinary: () => "AGFzbQ==" as never, threads: 1 },
      'a view of one, got the string "AGFzbQ=="',
    ],
    ["a module that is none", { wasmModule: () => bytes("simd") as never, threads: 1 }, "got a Uint8Array"],
    ["no function", { createWorker: new URL("file:///worker.js") as never }, "createWorker: expected a function"],
    [
      "no worker",
      { createWorker: () => ({}) as never, threads: 2 },
      "createWorker: expected a Worker, got an object without keys",
    ],
  ])("TypeError for %s", async (_, options, message) => {
    await expect(createEngine(options)).rejects.toThrow(TypeError);
    await expect(createEngine(options)).rejects.toThrow(message);
  });

  it("FormatError for a page in place of a binary; LoadError for a missing file", async () => {
    const page = createEngine({ wasmUrl: `${origin}/page`, variant: "simd", threads: 1 });
    await expect(page).rejects.toThrow(FormatError);
    await expect(page).rejects.toThrow(
      /simd-shared\.wasm: expected a WebAssembly binary, got 15 bytes that begin with "<!do"/,
    );
    for (const [wasmUrl, message] of [
      [origin, `cannot load ${origin}/relaxed-shared.wasm: HTTP 404 Not Found`],
      ["./nowhere", "cannot load ./nowhere/relaxed-shared.wasm: ENOENT"],
      ["http://127.0.0.1:1", "cannot load http://127.0.0.1:1/relaxed-shared.wasm: fetch failed"],
    ] as const) {
      const missing = createEngine({ wasmUrl, variant: "relaxed", threads: 2 });
      await expect(missing).rejects.toThrow(LoadError);
      await expect(missing).rejects.toThrow(message);
    }
  });

  it.each<[string, EngineOptions, string]>([
    ["bytes that are none", { wasmBinary: () => Uint8Array.of(1, 2, 3, 4, 5) }, 'got 5 bytes that begin with "\\u0001'],
    ["a torn file", { wasmBinary: (name) => bytes(name).subarray(0, 999) }, "got 999 bytes: WebAssembly.compile()"],
    ["another's bytes", { wasmBinary: () => ANOTHER }, "a binary of simdgrad, got a module that exports nothing"],
    ["another's module", { wasmModule: () => new WebAssembly.Module(ANOTHER) }, "a module that exports nothing"],
  ])("FormatError for %s, which no smaller number of threads hides", async (_, options, message) => {
    for (const threads of [1, 2]) {
      const name = `${Object.keys(options)[0]}: simd-shared: expected`;
      const refused = createEngine({ ...options, variant: "simd", threads });
      await expect(refused).rejects.toThrow(FormatError);
      await expect(refused).rejects.toThrow(name);
      await expect(refused).rejects.toThrow(message);
    }
  });
});

describe("createWorker", () => {
  it("starts each worker", async () => {
    let started = 0;
    const createWorker = () => {
      ++started;
      return new Worker(programUrl);
    };
    const { loss } = await start({ threads: 3 });
    expect(await start({ threads: 3, createWorker })).toMatchObject({ loss, threads: 3, threadsReason: "requested" });
    expect(started).toBe(2);
  });

  it.each<[string, () => Worker, string]>([
    [
      "throws",
      () => {
        throw new RangeError("no more of them");
      },
      "createWorker: expected a Worker, but it threw: RangeError: no more of them",
    ],
    ["starts a script that is missing", () => new Worker("./nowhere.js"), "worker 1 of the engine failed: Cannot find"],
    ["starts one that ends", () => new Worker("", { eval: true }), "worker 1 of the engine failed: it ended"],
  ])("has to work: WorkerError when it %s", async (_, createWorker, message) => {
    const failed = createEngine({ threads: 2, createWorker });
    await expect(failed).rejects.toThrow(WorkerError);
    await expect(failed).rejects.toThrow(message);
  });
});
