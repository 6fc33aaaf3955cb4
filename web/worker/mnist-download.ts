/** Loads the four MNIST files from the cache or the network, checks them and unpacks them. Runs in the worker. */

import { FormatError, LoadError } from "../../src/checks/errors.js";
import { type MnistFile, mnistChecksums, mnistFiles } from "../../src/digits/mnist.js";
import { sha256 } from "./sha256.js";

const CACHE = "simdgrad-mnist";
/** A server that has sent nothing for this long counts as stalled. */
const STALL_SECONDS = 30;

/** Progress of the download. */
export interface DownloadProgress {
  readonly stage: "fetching" | "verifying";
  /** Bytes of all files so far; `total` grows until every file's size is known. */
  readonly received: number;
  readonly total: number;
}

/** The unpacked files, and why they could not be stored for the next visit, if so. */
export interface MnistBytes {
  readonly files: Readonly<Record<MnistFile, Uint8Array>>;
  readonly notKept: string | undefined;
}

/**
 * Loads `<base>/<file>.gz` for each file. If one fails, gives up the others and reports no more progress.
 *
 * @throws LoadError if one cannot be fetched; FormatError if it is not the canonical file. Both name the file
 */
export async function downloadMnist(base: string, onProgress: (p: DownloadProgress) => void): Promise<MnistBytes> {
  const failed = new AbortController();
  const received = new Map<string, { got: number; of: number }>();
  /** `verifying` once all files are there. */
  const report = (stage: DownloadProgress["stage"]) => {
    if (failed.signal.aborted) return;
    const counts = [...received.values()];
    const sum = (key: "got" | "of") => counts.reduce((total, count) => total + count[key], 0);
    onProgress({ stage, received: sum("got"), total: sum("of") });
  };
  const { cache, obstacle } = await openCache();
  let reading = mnistFiles.length;
  const load = async (name: MnistFile) => {
    const url = new URL(`${name}.gz`, base).href;
    const onChunk = (got: number, of: number) => {
      received.set(name, { got, of });
      report("fetching");
    };
    const onRead = () => {
      if (--reading === 0) report("verifying");
    };
    return new MnistDownload(name, url, cache, failed.signal, onChunk).load(onRead);
  };
  try {
    const loaded = await Promise.all(mnistFiles.map(load));
    const files = Object.fromEntries(mnistFiles.map((name, i) => [name, loaded[i]?.bytes]));
    const notKept = obstacle ?? loaded.find((file) => file.notKept)?.notKept;
    return { files: files as unknown as MnistBytes["files"], notKept };
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** One of the files. */
class MnistDownload {
  readonly #name: MnistFile;
  readonly #url: string;
  /** For messages: the page's own address is known. */
  readonly #path: string;
  readonly #cache: Cache | undefined;
  readonly #onChunk: (got: number, of: number) => void;
  /** Aborted if another file failed or the server stalls. */
  readonly #given = new AbortController();

  /** @param onChunk gets the bytes so far and the total that the server reports, or the bytes so far */
  constructor(
    name: MnistFile,
    url: string,
    cache: Cache | undefined,
    signal: AbortSignal,
    onChunk: (got: number, of: number) => void,
  ) {
    this.#name = name;
    this.#url = url;
    this.#path = `mnist/${name}.gz`;
    this.#cache = cache;
    this.#onChunk = onChunk;
    signal.addEventListener("abort", () => this.#given.abort());
  }

  /** @throws LoadError, FormatError */
  async load(onRead: () => void): Promise<{ bytes: Uint8Array; notKept?: string }> {
    const kept = await this.#cache?.match(this.#url);
    if (kept) {
      const packed = await this.#read(kept);
      onRead();
      const bytes = await this.#check(packed).catch(() => undefined);
      if (bytes) return { bytes };
      await this.#cache?.delete(this.#url);
    }
    const packed = await this.#read(await this.#request("default"));
    if (!kept) onRead();
    try {
      return await this.#keep(packed, await this.#check(packed));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    // The browser's cache may have a wrong file.
    const anew = await this.#read(await this.#request("reload"));
    return this.#keep(anew, await this.#check(anew));
  }

  async #keep(packed: Uint8Array<ArrayBuffer>, bytes: Uint8Array): Promise<{ bytes: Uint8Array; notKept?: string }> {
    try {
      await this.#cache?.put(this.#url, new Response(packed, { headers: { "content-type": "application/gzip" } }));
      return { bytes };
    } catch (error) {
      return { bytes, notKept: (error as Error).message };
    }
  }

  async #request(cache: RequestCache): Promise<Response> {
    const response = await this.#unlessStalled(fetch(this.#url, { cache, signal: this.#given.signal }));
    if (response.ok) return response;
    throw new LoadError(`cannot load ${this.#path}: HTTP ${response.status} ${response.statusText}`.trimEnd());
  }

  /** The whole body. */
  async #read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
    const length = Number(response.headers.get("content-length")) || 0;
    const chunks: Uint8Array[] = [];
    let got = 0;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const chunk = await this.#unlessStalled(reader.read());
      if (chunk.done) break;
      chunks.push(chunk.value);
      got += chunk.value.length;
      this.#onChunk(got, Math.max(got, length));
    }
    const bytes = new Uint8Array(got);
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }

  /** Unpacks the file. @throws FormatError if it is another */
  async #check(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const bytes = await unpack(packed).catch((cause: Error) => {
      throw new FormatError(`${this.#path}: expected gzip data, got data that cannot be unpacked (${cause.message})`, {
        cause,
      });
    });
    const { raw } = mnistChecksums[this.#name];
    const hash = await sha256(bytes);
    if (hash !== raw) throw new FormatError(`${this.#path}: expected SHA-256 ${raw}, got ${hash}`);
    return bytes;
  }

  /** @throws LoadError with the file's name: a browser only says that it failed */
  async #unlessStalled<T>(step: Promise<T>): Promise<T> {
    let stalled = false;
    const timer = setTimeout(() => {
      stalled = true;
      this.#given.abort();
    }, STALL_SECONDS * 1000);
    try {
      return await step;
    } catch (cause) {
      const why = stalled ? `no data for ${STALL_SECONDS} s` : (cause as Error).message;
      throw new LoadError(`cannot load ${this.#path}: ${why}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

async function openCache(): Promise<{ cache?: Cache; obstacle?: string }> {
  if (!("caches" in globalThis)) return { obstacle: "browsers store files only for HTTPS pages" };
  try {
    return { cache: await caches.open(CACHE) };
  } catch (error) {
    return { obstacle: (error as Error).message };
  }
}

/** Unpacks gzip. Some servers declare it as a transfer encoding; then the browser has already unpacked it. */
async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
