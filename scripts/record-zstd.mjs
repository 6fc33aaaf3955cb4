/**
 * Writes test/recorded/zstd.json: test/codecs/packable.ts compressed by the Zstandard library, in base64.
 *
 *     npx node@24 scripts/record-zstd.mjs
 */

import { writeFileSync } from "node:fs";
import { constants, zstdCompressSync } from "node:zlib";
import { packable } from "../test/codecs/packable.ts";

const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag } = constants;
const packed = Object.entries(packable()).flatMap(([name, data]) =>
  [-5, 1, 5, 19].map((level) => {
    const params = {
      [ZSTD_c_compressionLevel]: level,
      [ZSTD_c_checksumFlag]: level > 1 ? 1 : 0,
      [ZSTD_c_contentSizeFlag]: level < 19 ? 1 : 0,
    };
    return { name, level, base64: zstdCompressSync(data, { params }).toString("base64") };
  }),
);
writeFileSync(new URL("../test/recorded/zstd.json", import.meta.url), `${JSON.stringify(packed, null, 1)}\n`);
