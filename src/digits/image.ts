/** Converts any picture of a digit to MNIST's form, or a similar set's, by the steps of http://yann.lecun.com/exdb/mnist/. */

import { wrongType } from "../checks/check-options.js";
import { isUint8Array, isUint16Array } from "../checks/typed-arrays.js";

/** A decoded picture, as PNG decoders return it. */
export interface DigitImage {
  readonly width: number;
  readonly height: number;
  /** Grey, grey + alpha, RGB, or RGB + alpha; alpha not premultiplied. */
  readonly channels: 1 | 2 | 3 | 4;
  /** `[height, width, channels]`, row-major. */
  readonly data: Uint8Array | Uint16Array;
  /** Bits of a sample: white is 2^depth - 1. By default those of `data`'s elements. */
  readonly depth?: 8 | 16;
}

/** A grey plane `[height, width]`, row-major, black 0, white 1. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A rectangle in pixels; `right` and `bottom` are outside. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** MNIST's images, and of their 28 pixels those of a digit's longer side. */
const mnistShape = [28, 28] as const;
const digitShare = 20 / 28;
const minimumContrast = 0.05;
const inkThreshold = 0.1;

/**
 * Turns a picture of one digit into an MNIST row: 28×28 flattened, light ink 0–1 on black 0.
 *
 * A picture of 28×28 with light ink is only divided by its white. Any other picture is inverted if its ink is dark, stretched to
 * full contrast, cropped to the ink, scaled so that its longer side is 20 pixels (area averaging), and placed with its centre of
 * mass in the middle. For other shapes, the longer side is 20/28 of the shorter side of the image.
 *
 * @param shape height and width of the row's image
 * @throws TypeError if `data` is neither bytes nor 16-bit words
 * @throws RangeError if the sizes do not fit `data`, or the picture is blank (contrast below 5 %)
 */
export function toMnistDigit(image: DigitImage, shape: readonly [number, number] = mnistShape): Float32Array {
  checkImage(image);
  const plane = toLuminance(image);
  const background = median(border(plane));
  const ink = inkLevel(plane, background);
  const [rows, columns] = shape;
  if (plane.width === columns && plane.height === rows && ink > background) return plane.values;

  const digit = {
    ...plane,
    values: plane.values.map((level) => Math.max(0, (level - background) / (ink - background))),
  };
  const box = inkBox(digit);
  const longer = Math.max(1, Math.round(digitShare * Math.min(rows, columns)));
  const scale = longer / Math.max(box.right - box.left, box.bottom - box.top);
  const width = Math.max(1, Math.round((box.right - box.left) * scale));
  const height = Math.max(1, Math.round((box.bottom - box.top) * scale));
  return placeByMass(resample(digit, box, width, height), rows, columns);
}

function checkImage({ width, height, channels, data, depth }: DigitImage): void {
  if (!isUint8Array(data) && !isUint16Array(data)) {
    throw wrongType("image: data", "a Uint8Array or Uint16Array", data);
  }
  if (!(Number.isSafeInteger(width) && width > 0 && Number.isSafeInteger(height) && height > 0)) {
    throw new RangeError(`image: expected a width and height of at least 1, got ${width}x${height}`);
  }
  if (![1, 2, 3, 4].includes(channels)) throw new RangeError(`image: expected 1 to 4 channels, got ${channels}`);
  if (data.length !== width * height * channels) {
    const expected = `${width * height * channels} samples for ${width}x${height}x${channels}`;
    throw new RangeError(`image: expected ${expected}, got ${data.length}`);
  }
  const bits = data.BYTES_PER_ELEMENT * 8;
  if (depth !== undefined && depth !== bits) {
    throw new RangeError(`image: expected depth ${bits} for ${bits}-bit data, got ${depth}`);
  }
}

/** Grey levels, what is transparent composited over the background. */
function toLuminance({ width, height, channels, data }: DigitImage): Plane {
  const white = isUint16Array(data) ? 65535 : 255;
  const colours = channels > 2 ? 3 : 1;
  const values = new Float32Array(width * height);
  const alpha = new Float32Array(channels === colours ? 0 : width * height);
  const sample = (at: number) => data[at] as number;
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += channels) {
    // Rec. 601 luma, in thousandths so that a grey pixel keeps its exact level.
    const luma = colours === 3 ? (299 * sample(at) + 587 * sample(at + 1) + 114 * sample(at + 2)) / 1000 : sample(at);
    values[pixel] = luma / white;
    if (channels !== colours) alpha[pixel] = sample(at + colours) / white;
  }
  if (alpha.length > 0) compositeOverBackground({ width, height, values }, { width, height, values: alpha });
  return { width, height, values };
}

/**
 * levels ← alpha·levels + (1 - alpha)·background. The background is the border's own colour where the border is mostly
 * opaque; where it is not, the picture is bare ink, and the background whichever of black and white is further from it.
 */
function compositeOverBackground(levels: Plane, alpha: Plane): void {
  const edge = weightedMean(border(levels), border(alpha));
  const ink = weightedMean(levels.values, alpha.values);
  const bare = ink.mean < 0.5 ? 1 : 0;
  const background = edge.weight >= 0.5 ? edge.mean : bare;
  for (let pixel = 0; pixel < levels.values.length; pixel++) {
    const cover = alpha.values[pixel] as number;
    levels.values[pixel] = cover * (levels.values[pixel] as number) + (1 - cover) * background;
  }
}

/** Mean of the values weighted by the weights, and the mean weight; 0 where all weights are. */
function weightedMean(values: Float32Array, weights: Float32Array): { mean: number; weight: number } {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += (values[i] as number) * (weights[i] as number);
    total += weights[i] as number;
  }
  return { mean: total > 0 ? sum / total : 0, weight: total / values.length };
}

/** The outermost pixels. */
function border({ width, height, values }: Plane): Float32Array {
  return values.filter((_, pixel) => {
    const column = pixel % width;
    const row = (pixel - column) / width;
    return row === 0 || row === height - 1 || column === 0 || column === width - 1;
  });
}

function median(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1] as number;
}

/** The level furthest from the background. @throws RangeError when even that is next to it */
function inkLevel({ values }: Plane, background: number): number {
  let darkest = background;
  let brightest = background;
  for (const level of values) {
    darkest = Math.min(darkest, level);
    brightest = Math.max(brightest, level);
  }
  const ink = brightest - background >= background - darkest ? brightest : darkest;
  const contrast = Math.abs(ink - background);
  if (contrast < minimumContrast) {
    const percent = (100 * contrast).toFixed(1);
    throw new RangeError(`image: expected ink on a background, got a blank picture (contrast ${percent} %)`);
  }
  return ink;
}

/** The smallest rectangle around all pixels of at least a tenth of the ink's level. */
function inkBox({ width, height, values }: Plane): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if ((values[row * width + column] as number) < inkThreshold) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
    }
  }
  return { left, top, right, bottom };
}

/** The box as a plane of the given size: each pixel is the mean of the area it covers. */
function resample(source: Plane, { left, top, right, bottom }: Box, width: number, height: number): Plane {
  const values = new Float32Array(width * height);
  const columns = covers(left, right, width);
  const rows = covers(top, bottom, height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (const [y, yWeight] of rows[row] as Cover) {
        for (const [x, xWeight] of columns[column] as Cover) {
          sum += yWeight * xWeight * (source.values[y * source.width + x] as number);
        }
      }
      values[row * width + column] = sum;
    }
  }
  return { width, height, values };
}

/** Source pixels along one axis, each with the share (summing to 1) it has in one new pixel. */
type Cover = readonly (readonly [pixel: number, share: number])[];

/** The covers of `count` new pixels that divide the source pixels `begin` to `end` evenly. */
function covers(begin: number, end: number, count: number): readonly Cover[] {
  const span = (end - begin) / count;
  return Array.from({ length: count }, (_, index) => {
    const from = begin + index * span;
    const to = from + span;
    const cover: [number, number][] = [];
    for (let pixel = Math.floor(from); pixel < Math.min(to, end); pixel++) {
      const overlap = Math.min(to, pixel + 1) - Math.max(from, pixel);
      if (overlap > 0) cover.push([pixel, overlap / span]);
    }
    return cover;
  });
}

/** A field with the digit's centre of mass in the middle (of MNIST pixel 14, 14, measured), moved no further than fits. */
function placeByMass({ width, height, values }: Plane, rows: number, columns: number): Float32Array {
  let [mass, massX, massY] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const level = values[row * width + column] as number;
      mass += level;
      massX += level * column;
      massY += level * row;
    }
  }
  const left = clamp(Math.round(columns / 2 - massX / mass), 0, columns - width);
  const top = clamp(Math.round(rows / 2 - massY / mass), 0, rows - height);
  const field = new Float32Array(rows * columns);
  for (let row = 0; row < height; row++) {
    field.set(values.subarray(row * width, (row + 1) * width), (top + row) * columns + left);
  }
  return field;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
