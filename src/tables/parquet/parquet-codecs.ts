/** How the pages of a Parquet file are packed. Each codec is loaded once a file needs it. */

import { FormatError } from "../../checks/errors.js";

/** @returns exactly `size` bytes @throws FormatError when it makes others */
export type Unpack = (packed: Uint8Array, size: number) => Uint8Array<ArrayBuffer>;

const CODECS: Readonly<Record<string, () => Promise<Unpack>>> = {
  UNCOMPRESSED: async () => stored,
  SNAPPY: async () => (await import("../../codecs/snappy.js")).unpackSnappy,
  GZIP: async () => (await import("../../codecs/gzip.js")).unpackGzip,
  ZSTD: async () => (await import("../../codecs/zstd.js")).unpackZstd,
  BROTLI: async () => (await import("../../codecs/brotli.js")).unpackBrotli,
  LZ4: async () => (await import("../../codecs/lz4.js")).unpackHadoopLz4,
  LZ4_RAW: async () => (await import("../../codecs/lz4.js")).unpackLz4,
};

/** In memory of its own, as all that is unpacked. */
export function stored(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size === packed.length) return packed.slice();
  throw new FormatError(`expected a page of ${packed.length} bytes, got ${size}`);
}

/** @param codec as the file names it @throws FormatError for one that is unknown */
export async function loadCodec(codec: string): Promise<Unpack> {
  if (Object.hasOwn(CODECS, codec)) return await (CODECS[codec] as () => Promise<Unpack>)();
  throw new FormatError(`expected pages in ${Object.keys(CODECS).join(", ")}, got ${codec}`);
}
