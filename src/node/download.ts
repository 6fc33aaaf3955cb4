/** A file fetched whole into memory and checked. */

import { createHash } from "node:crypto";

/** What to fetch, and what it must be. */
export interface Download {
  /** Addresses of the same file, tried in turn until one delivers it. */
  readonly urls: readonly URL[];
  /** The SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** More bytes than this are not read. */
  readonly maximumBytes: number;
  /** Called after each chunk; bytes, `total` undefined when the server does not tell. */
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

/**
 * Fetches a file from the first address that delivers it with the right hash. Touches no disk.
 *
 * @throws Error when none does, with what each did instead in the message, and the errors as its `cause`
 */
export async function fetchVerified(download: Download): Promise<Uint8Array> {
  const failures: unknown[] = [];
  for (const url of download.urls) {
    try {
      const bytes = await fetchBounded(url, download);
      checkHash(bytes, download.sha256);
      return bytes;
    } catch (failure) {
      failures.push(failure);
    }
  }
  const attempts = download.urls.map((url, i) => `\n  ${url}: ${reason(failures[i])}`);
  throw new Error(`download failed:${attempts.join("") || " no address given"}`, { cause: failures });
}

async function fetchBounded(url: URL, { maximumBytes, onProgress }: Download): Promise<Uint8Array> {
  // identity: a transfer encoding would be undone by fetch, and the hash is that of the file as published.
  const response = await fetch(url, { headers: { "accept-encoding": "identity" } });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`expected status 200, got ${response.status} ${response.statusText}`.trimEnd());
  }
  const total = Number(response.headers.get("content-length")) || undefined;
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of response.body) {
    received += chunk.length;
    if (received > maximumBytes) throw new Error(`expected at most ${maximumBytes} bytes, got more`);
    chunks.push(chunk);
    onProgress?.(received, total);
  }
  return Buffer.concat(chunks);
}

function checkHash(bytes: Uint8Array, expected: string): void {
  const got = createHash("sha256").update(bytes).digest("hex");
  if (got !== expected) throw new Error(`expected SHA-256 ${expected}, got ${got} (${bytes.length} bytes)`);
}

/** `fetch` says only "fetch failed"; the cause says why. */
function reason(failure: unknown): string {
  const { message, cause } = failure as Error;
  return cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message;
}
