/** The four MNIST files: from the cache or the network, checked, unpacked. Runs in the worker. */

import { type MnistFile, mnistChecksums, mnistFiles } from "../../src/data/mnist.js";
import { FormatError, LoadError } from "../../src/errors.js";
import { hexadecimal, subtle } from "../run/weights-hash.js";

const CACHE = "simdgrad-mnist";

/** How far the download is. */
export interface DownloadProgress {
  readonly stage: "fetching" | "verifying";
  /** Bytes of all files so far; `total` grows until every file's size is known. */
  readonly received: number;
  readonly total: number;
}

/** The unpacked files, and why they could not be kept for the next visit, if so. */
export interface MnistBytes {
  readonly files: Readonly<Record<MnistFile, Uint8Array>>;
  readonly notKept: string | undefined;
}

/**
 * Reads `<base>/<file>.gz` for each file.
 *
 * @throws LoadError when one cannot be fetched; FormatError when it is not the canonical file
 */
export async function downloadMnist(base: string, onProgress: (p: DownloadProgress) => void): Promise<MnistBytes> {
  const received = new Map<string, { got: number; of: number }>();
  const report = (stage: DownloadProgress["stage"]) => {
    const counts = [...received.values()];
    const sum = (key: "got" | "of") => counts.reduce((total, count) => total + count[key], 0);
    onProgress({ stage, received: sum("got"), total: sum("of") });
  };
  const { cache, obstacle } = await openCache();
  let notKept = obstacle;
  const entries = await Promise.all(
    mnistFiles.map(async (name) => {
      const url = new URL(`${name}.gz`, base).href;
      const response = (await cache?.match(url)) ?? (await request(url));
      const packed = await readAll(response, (got, of) => {
        received.set(name, { got, of });
        report("fetching");
      });
      report("verifying");
      const bytes = await unpack(packed);
      const hash = hexadecimal(await subtle().digest("SHA-256", bytes));
      if (hash !== mnistChecksums[name].raw) {
        await cache?.delete(url);
        throw new FormatError(`${name}: expected SHA-256 ${mnistChecksums[name].raw}, got ${hash}`);
      }
      try {
        await cache?.put(url, new Response(packed, { headers: { "content-type": "application/gzip" } }));
      } catch (error) {
        notKept = (error as Error).message;
      }
      return [name, bytes] as const;
    }),
  );
  return { files: Object.fromEntries(entries) as unknown as MnistBytes["files"], notKept };
}

/** @throws LoadError with the URL: of itself a browser says no more than that it failed */
async function request(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: Error) => {
    throw new LoadError(`cannot load ${url}: ${cause.message}`, { cause });
  });
  if (response.ok) return response;
  throw new LoadError(`cannot load ${url}: HTTP ${response.status} ${response.statusText}`.trimEnd());
}

async function openCache(): Promise<{ cache?: Cache; obstacle?: string }> {
  if (!("caches" in globalThis)) return { obstacle: "the browser keeps files for pages over HTTPS only" };
  try {
    return { cache: await caches.open(CACHE) };
  } catch (error) {
    return { obstacle: (error as Error).message };
  }
}

/** The whole body. `of` is the size that the server says, or what has come so far. */
async function readAll(
  response: Response,
  onChunk: (got: number, of: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(response.headers.get("content-length")) || 0;
  const chunks: Uint8Array[] = [];
  let got = 0;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    chunks.push(chunk.value);
    got += chunk.value.length;
    onChunk(got, Math.max(got, length));
  }
  const bytes = new Uint8Array(got);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Some servers declare the packing as a transfer encoding, and the browser has undone it already. */
async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
