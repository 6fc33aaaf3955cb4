/** PNG images of every kind, made for tests: fast-png writes none of 1, 2 and 4 bits, and none interlaced. */
import { crc32, deflateSync } from "node:zlib";

export interface PngContents {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Type of the colours: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour: number;
  /** `[height, width, channels]`, from 0 to 2^depth - 1. */
  readonly samples: ArrayLike<number>;
  readonly interlaced?: boolean;
  /** Of row r the filter r mod 5. */
  readonly filtered?: boolean;
  readonly palette?: readonly number[];
  readonly transparent?: readonly number[];
}

export const channelsOf = (colour: number) => [1, 0, 3, 1, 2, 0, 4][colour] as number;

/** A chunk with its checksum. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

export function header({ width, height, depth, colour, interlaced = false }: Omit<PngContents, "samples">): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, Number(interlaced)], 8);
  return chunk("IHDR", data);
}

/** The image of these chunks. */
export function pngOf(...chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks, chunk("IEND", new Uint8Array())]);
}

export function pngFile(image: PngContents): Uint8Array {
  const { palette, transparent } = image;
  return pngOf(
    header(image),
    ...(palette ? [chunk("PLTE", Uint8Array.from(palette))] : []),
    ...(transparent ? [chunk("tRNS", Uint8Array.from(transparent))] : []),
    chunk("IDAT", deflateSync(rowsOf(image))),
  );
}

/** The rows of all passes, a filter before each. */
function rowsOf({ width, height, depth, colour, samples, interlaced = false, filtered = false }: PngContents): Buffer {
  // First column and row of a pass, and the distances between them: the letters of the specification's drawing.
  const adam7 = ["0088", "4088", "0448", "2044", "0224", "1022", "0112"];
  const channels = channelsOf(colour);
  const rows: Buffer[] = [];
  for (const pass of interlaced ? adam7 : ["0011"]) {
    const [x = 0, y = 0, stepX = 1, stepY = 1] = [...pass].map(Number);
    if (x >= width) continue;
    let before: Buffer | undefined;
    for (let row = y; row < height; row += stepY) {
      let bits = "";
      for (let column = x; column < width; column += stepX) {
        for (let channel = 0; channel < channels; ++channel) {
          bits += (samples[(row * width + column) * channels + channel] as number).toString(2).padStart(depth, "0");
        }
      }
      const bytes = Buffer.from(
        (bits.match(/.{1,8}/g) as string[]).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)),
      );
      rows.push(
        filter(
          filtered ? rows.length % 5 : 0,
          bytes,
          before ?? Buffer.alloc(bytes.length),
          Math.max(1, (channels * depth) >> 3),
        ),
      );
      before = bytes;
    }
  }
  return Buffer.concat(rows);
}

function filter(kind: number, row: Buffer, above: Buffer, distance: number): Buffer {
  const filtered = row.map((byte, i) => {
    const [a = 0, b = 0, c = 0] = [row[i - distance], above[i], above[i - distance]];
    const p = a + b - c;
    const paeth = [a, b, c].reduce((best, value) => (Math.abs(p - value) < Math.abs(p - best) ? value : best));
    return byte - ([0, a, b, (a + b) >> 1, paeth][kind] as number);
  });
  return Buffer.concat([Buffer.of(kind), filtered]);
}
