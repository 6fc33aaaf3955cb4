/**
 * The central directory of a ZIP archive: what is where, checked before anything is unpacked.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3). Archives of 4 GiB and more (ZIP64) are not read.
 */

import { FormatError } from "../checks/errors.js";
import { fileKind } from "./file-kind.js";

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  /** CRC-32 of the unpacked bytes. */
  readonly crc: number;
  /** Where the packed bytes lie in the archive. */
  readonly begin: number;
  readonly end: number;
  /** Bytes once it is unpacked, as the archive has it. */
  readonly size: number;
}

/** An entry with where its local header begins. */
interface Located extends ZipEntry {
  readonly header: number;
}

const END = { signature: 0x06054b50, bytes: 22 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const MOST_COMMENT = 0xffff;
/** Deflate makes at most 258 bytes of 2 bits; what says it makes more lies. */
const MOST_RATIO = 1032;
const [ENCRYPTED, UTF8] = [1, 1 << 11];

/**
 * The files of an archive in the order of the directory.
 *
 * @param name of the archive, for messages
 * @throws FormatError for sizes and offsets outside of the file, files that overlap or come twice, an impossible
 * compression ratio, encryption, methods other than stored and deflated
 */
export function readZipDirectory(bytes: Uint8Array, name: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { count, begin, end } = findDirectory(view, name);
  const entries: Located[] = [];
  let at = begin;
  for (let index = 0; index < count; ++index) {
    if (end - at < CENTRAL.bytes || view.getUint32(at, true) !== CENTRAL.signature) {
      throw new FormatError(`${name}: expected ${count} entries in the directory, got ${index}`);
    }
    const next =
      at +
      CENTRAL.bytes +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    if (next > end) throw new FormatError(`${name}: expected the directory to end at byte ${end}, got ${next}`);
    entries.push(readEntry(bytes, view, at, begin, name));
    at = next;
  }
  if (at !== end) throw new FormatError(`${name}: expected a directory of ${at - begin} bytes, got ${end - begin}`);
  checkApart(entries, name);
  return entries;
}

/** Number of entries and place of the directory, from the record at the end of the archive. */
function findDirectory(view: DataView, name: string): { count: number; begin: number; end: number } {
  const last = view.byteLength - END.bytes;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT); --at) {
    if (view.getUint32(at, true) !== END.signature || view.getUint16(at + 20, true) !== last - at) continue;
    const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((offset) => view.getUint16(at + offset, true));
    const [size, begin] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    if (disk !== 0 || directoryDisk !== 0 || here !== count || begin + size !== at) {
      throw new FormatError(
        `${name}: expected one archive below 4 GiB whose directory ends at byte ${at}, got ${begin} + ${size}`,
      );
    }
    return { count: count as number, begin, end: at };
  }
  const kind = fileKind(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const got = /archive|workbook|pickled/.test(kind)
    ? `one of ${view.byteLength} bytes without the end of its directory`
    : kind;
  throw new FormatError(`${name}: expected a ZIP archive, got ${got}`);
}

/** The entry at `at`; its data must lie before `limit`. */
function readEntry(bytes: Uint8Array, view: DataView, at: number, limit: number, archive: string): Located {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
    number,
    number,
    number,
  ];
  const header = view.getUint32(at + 42, true);
  const nameBytes = bytes.subarray(at + CENTRAL.bytes, at + CENTRAL.bytes + view.getUint16(at + 28, true));
  const name = decodeName(nameBytes, (flags & UTF8) !== 0, archive);
  const reject = (expected: string, got: unknown): never => {
    throw new FormatError(`${archive}: ${JSON.stringify(name.slice(0, 80))}: expected ${expected}, got ${got}`);
  };
  // Python cuts the name there, which then is another.
  if (name.includes("\0")) reject("a name without NUL", "one");
  if (flags & ENCRYPTED) reject("no encryption", "some");
  if (method !== 0 && method !== 8) reject("a stored or deflated file (method 0 or 8)", `method ${method}`);
  if (method === 0 && packed !== size) reject(`${packed} bytes, as they are stored,`, size);
  if (size > packed * MOST_RATIO) reject(`at most ${MOST_RATIO} times the ${packed} packed bytes`, size);
  if (header + LOCAL.bytes > limit || view.getUint32(header, true) !== LOCAL.signature) {
    reject(`a file header before byte ${limit}`, `none at ${header}`);
  }
  const localName = header + LOCAL.bytes;
  const begin = localName + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (begin + packed > limit) reject(`data before byte ${limit}`, `${begin} + ${packed}`);
  const sameName =
    view.getUint16(header + 26, true) === nameBytes.length &&
    nameBytes.every((byte, index) => bytes[localName + index] === byte);
  if (!sameName || view.getUint16(header + 8, true) !== method)
    reject("the same name and method at the file", "others");
  return { name, deflated: method === 8, crc, begin, end: begin + packed, size, header };
}

function decodeName(bytes: Uint8Array, utf8: boolean, archive: string): string {
  if (utf8 || bytes.every((byte) => byte < 0x80)) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Said below.
    }
  }
  throw new FormatError(`${archive}: expected names in ASCII or UTF-8, got other bytes`);
}

/** No two files share a byte or a name: overlapping ones are how small archives unpack to terabytes. */
function checkApart(entries: readonly Located[], archive: string): void {
  const names = new Set<string>();
  let free = 0;
  for (const { name, header, end } of [...entries].sort((a, b) => a.header - b.header)) {
    const quoted = JSON.stringify(name.slice(0, 80));
    if (names.has(name)) throw new FormatError(`${archive}: expected each file once, got ${quoted} twice`);
    if (header < free)
      throw new FormatError(`${archive}: ${quoted}: expected to begin from byte ${free} on, got ${header}`);
    names.add(name);
    free = end;
  }
}
