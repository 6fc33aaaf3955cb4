/** The values of a Parquet column, page by page. hyparquet decodes a page once its sizes, counts and runs were checked. */

import type { DecodedArray, SchemaElement } from "hyparquet";
import { parquetHeader, type readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { FormatError } from "../../checks/errors.js";
import { stored, type Unpack } from "./parquet-codecs.js";
import { checkBytesOfValues, checkDelta, checkDeltaTexts, checkRuns, dataView, Runs } from "./parquet-runs.js";
import { ThriftWalk } from "./parquet-thrift.js";
import { isDecimal, isJson, PARSERS } from "./parquet-values.js";

type Decoder = Parameters<typeof readPage>[2];
type PageHeader = ReturnType<typeof parquetHeader>;

/** Values that a page's header may hold; statistics are among them. */
const MOST_HEADER_VALUES = 64;

/** Values that are decoded at a time, a multiple of 8. */
const BLOCK = 4096;

/** A column's part in a row group. */
export interface ColumnChunk {
  readonly element: SchemaElement;
  readonly unpack: Unpack;
  readonly rows: number;
}

/** The values of a column's bytes, `rows` in all; null is missing. @throws FormatError */
export function* readValues(bytes: Uint8Array, { element, unpack, rows }: ColumnChunk): Generator<unknown> {
  const decoder = decoderOf(element);
  let dictionary: DecodedArray | undefined;
  let at = 0;
  let left = rows;
  while (left > 0) {
    const begin = new ThriftWalk(bytes, MOST_HEADER_VALUES).end(at);
    const header = parquetHeader({ view: dataView(bytes), offset: at });
    const packed = header.compressed_page_size;
    if (!(packed >= 0 && packed <= bytes.length - begin)) {
      throw new FormatError(`expected a page within ${bytes.length - begin} bytes, got one of ${packed}`);
    }
    at = begin + packed;
    const { page, levels } = unpackPage(bytes.subarray(begin, at), header, unpack);
    if (header.type === "DICTIONARY_PAGE") {
      const count = header.dictionary_page_header?.num_values ?? -1;
      checkBytesOfValues(page.length, count, element);
      const next = decoded(page, 0, count, "PLAIN", decoder, undefined);
      dictionary = Array.from({ length: count }, next);
      continue;
    }
    const isV2 = header.type === "DATA_PAGE_V2";
    const { data_page_header: first, data_page_header_v2: second } = header;
    const head = isV2 ? second : first;
    if (!head || (header.type !== "DATA_PAGE" && !isV2))
      throw new FormatError(`expected pages of data, got ${header.type}`);
    const { num_values: count, encoding } = head;
    if (first && element.repetition_type === "OPTIONAL" && first.definition_level_encoding !== "RLE") {
      throw new FormatError(`expected levels in RLE, got ${first.definition_level_encoding}`);
    }
    if (!(count >= 0 && count <= left))
      throw new FormatError(`expected a page of at most ${left} values, got ${count}`);
    const { values, from } = countValues(page, count, element, levels);
    if (isV2 && second?.num_nulls !== count - values) {
      throw new FormatError(`expected ${count - values} missing values in a page, got ${second?.num_nulls}`);
    }
    checkEncoded(page, from, values, encoding, element, dictionary);
    const present = levelsOf(page, element, levels);
    const next = decoded(page, from, values, encoding, decoder, dictionary);
    for (let i = 0; i < count; ++i) yield present && present.next() === 0 ? null : next();
    left -= count;
  }
}

/** Gives the values of a page that was checked, one by one. */
function decoded(
  page: Uint8Array,
  from: number,
  count: number,
  encoding: string,
  decoder: Decoder,
  dictionary: DecodedArray | undefined,
): () => unknown {
  const { type, element } = decoder;
  const reader = { view: dataView(page), offset: from };
  const bytesAt = (length: number) => {
    const bytes = new Uint8Array(page.buffer, page.byteOffset + reader.offset, length);
    reader.offset += length;
    return bytes;
  };
  switch (encoding) {
    case "PLAIN":
      return inBlocks(count, decoder, (size) => readPlain(reader, type, size, element.type_length));
    case "RLE": {
      const runs = new Runs(page, from + 4, 1);
      return () => runs.next() === 1;
    }
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const width = page[from] ?? 0;
      const runs = new Runs(page, from + 1, width);
      return () => dictionary?.[width && runs.next()];
    }
    case "DELTA_LENGTH_BYTE_ARRAY": {
      const lengths = new Int32Array(count);
      deltaBinaryUnpack(reader, count, lengths);
      let at = 0;
      return inBlocks(count, decoder, (size) => Array.from({ length: size }, () => bytesAt(lengths[at++] as number)));
    }
    case "DELTA_BYTE_ARRAY": {
      const [prefixes, suffixes] = [new Int32Array(count), new Int32Array(count)];
      deltaBinaryUnpack(reader, count, prefixes);
      deltaBinaryUnpack(reader, count, suffixes);
      let [at, before] = [0, new Uint8Array()];
      return inBlocks(count, decoder, (size) =>
        Array.from({ length: size }, () => {
          const prefix = prefixes[at] as number;
          const suffix = bytesAt(suffixes[at++] as number);
          const text = new Uint8Array(prefix + suffix.length);
          text.set(before.subarray(0, prefix));
          text.set(suffix, prefix);
          before = text;
          return text;
        }),
      );
    }
  }
  const all =
    encoding === "BYTE_STREAM_SPLIT"
      ? byteStreamSplit(reader, count, type, element.type_length)
      : type === "INT32"
        ? new Int32Array(count)
        : new BigInt64Array(count);
  if (encoding !== "BYTE_STREAM_SPLIT") deltaBinaryUnpack(reader, count, all as Int32Array | BigInt64Array);
  let end = 0;
  return inBlocks(count, decoder, (size) => {
    end += size;
    return all.slice(end - size, end) as DecodedArray;
  });
}

/** Values in the kind that their column has, a block at a time: each text that is not yet read is a view of 200 bytes. */
function inBlocks(count: number, decoder: Decoder, read: (size: number) => DecodedArray): () => unknown {
  let block: DecodedArray = [];
  let [index, left] = [0, count];
  return () => {
    if (index === block.length) {
      const size = Math.min(BLOCK, left);
      block = convert(read(size), decoder);
      left -= size;
      index = 0;
    }
    return block[index++];
  };
}

/** Of each value, 1 if it is not missing; undefined for a column without missing values. */
function levelsOf(page: Uint8Array, { repetition_type }: SchemaElement, levels: number | undefined): Runs | undefined {
  if (repetition_type === "REQUIRED") return undefined;
  return new Runs(page, levels === undefined ? 4 : 0, 1);
}

/** Values whose conversion takes hyparquet long, or much memory, come as they are; `adderOf` in `parquet-values.ts` converts them. */
function decoderOf(element: SchemaElement): Decoder {
  const isRaw = isDecimal(element);
  const { converted_type, ...rest } = element;
  const read: SchemaElement = isRaw || isJson(element) ? rest : element;
  const root = { children: [], count: 1, element: { name: "root" }, path: [] };
  const leaf = { children: [], count: 1, element: read, path: [element.name] };
  return {
    pathInSchema: [element.name],
    type: element.type as Decoder["type"],
    element: read,
    schemaPath: [root, leaf],
    codec: "UNCOMPRESSED",
    parsers: PARSERS,
    utf8: !isRaw,
  };
}

/** A page's bytes in memory of their own, and how many of them are levels before the data of a page of version 2. */
function unpackPage(
  bytes: Uint8Array,
  header: PageHeader,
  unpack: Unpack,
): { page: Uint8Array; levels: number | undefined } {
  const second = header.type === "DATA_PAGE_V2" ? header.data_page_header_v2 : undefined;
  const levels = second?.definition_levels_byte_length ?? 0;
  // Levels of lists say nothing of a column that is none.
  const lists = second?.repetition_levels_byte_length ?? 0;
  if (!(lists >= 0 && levels >= 0 && lists + levels <= bytes.length)) {
    throw new FormatError(`expected levels within ${bytes.length} bytes, got ${lists} and ${levels}`);
  }
  const packed = bytes.subarray(lists);
  const size = header.uncompressed_page_size - lists;
  if (!(size >= levels)) throw new FormatError(`expected a page of at least ${levels} bytes, got ${size}`);
  const rest = packed.subarray(levels);
  // A page of missing values alone may be nothing, packed or not.
  const isStored = second?.is_compressed === false || (rest.length === 0 && size === levels);
  const data = (isStored ? stored : unpack)(rest, size - levels);
  if (levels === 0) return { page: data, levels: second && levels };
  const page = new Uint8Array(size);
  page.set(packed.subarray(0, levels));
  page.set(data, levels);
  return { page, levels };
}

/** How many values are not missing, and where the encoded values begin. */
function countValues(
  page: Uint8Array,
  count: number,
  { repetition_type }: SchemaElement,
  levels: number | undefined,
): { values: number; from: number } {
  if (repetition_type === "REQUIRED") {
    if (levels) throw new FormatError(`expected no levels of a column without missing values, got ${levels} bytes`);
    return { values: count, from: 0 };
  }
  if (levels !== undefined) return { values: checkRuns(page, 0, levels, 1, count), from: levels };
  const end = lengthAt(page, 0);
  return { values: checkRuns(page, 4, end, 1, count), from: end };
}

/** Where the runs end whose length stands at `at`. */
function lengthAt(page: Uint8Array, at: number): number {
  const end = at + 4 <= page.length ? at + 4 + dataView(page).getUint32(at, true) : Infinity;
  if (end > page.length)
    throw new FormatError(`expected runs within a page of ${page.length} bytes, got some to ${end}`);
  return end;
}

function checkEncoded(
  page: Uint8Array,
  from: number,
  count: number,
  encoding: string,
  element: SchemaElement,
  dictionary: DecodedArray | undefined,
): void {
  switch (encoding) {
    case "PLAIN":
    case "BYTE_STREAM_SPLIT":
      checkBytesOfValues(page.length - from, count, element);
      return;
    case "RLE":
      if (element.type !== "BOOLEAN") break;
      checkRuns(page, from + 4, lengthAt(page, from), 1, count);
      return;
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      if (element.type === "BOOLEAN") break;
      if (!dictionary || (dictionary.length === 0 && count > 0))
        throw new FormatError("expected a dictionary, got none");
      const width = page[from] ?? 0;
      // Without bits all are the first of the dictionary.
      if (width > 0 || count === 0 || from < page.length - 1)
        checkRuns(page, from + 1, page.length, width, width ? count : 0);
      return;
    }
    case "DELTA_BINARY_PACKED":
    case "DELTA_LENGTH_BYTE_ARRAY":
      checkDelta(page, from);
      return;
    case "DELTA_BYTE_ARRAY":
      checkDeltaTexts(page, from, count);
      return;
  }
  throw new FormatError(`expected ${element.type} in an encoding that is known, got ${encoding}`);
}
