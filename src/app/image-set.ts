/** What a model of images needs to know of the set that it was trained on: an entry of its metadata. Free of Node. */

import { checkDepth } from "../checks/check-json.js";
import { FormatError } from "../checks/errors.js";
import type { NetworkShape } from "./network-from-settings.js";

export interface ImageSet {
  readonly height: number;
  readonly width: number;
  /** The label of each class, as the files have it. */
  readonly classes: readonly string[];
  /** Whether the files had the images transposed, and they were turned. */
  readonly transposed: boolean;
  /** SHA-256 of the training images' and labels' own; none for MNIST's. */
  readonly data?: string;
}

/** The entry of a model's metadata. Models of MNIST have none: neither has the page's, nor those of earlier versions. */
export const IMAGES_ENTRY = "images";

/** Labels are bytes. */
const MOST_CLASSES = 256;

export const MNIST_IMAGES: ImageSet = {
  height: 28,
  width: 28,
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  transposed: false,
};

/** The network that a set of images asks for. */
export function imageNetwork({ height, width, classes }: ImageSet): NetworkShape {
  return { inputs: height * width, outputs: classes.length, classes };
}

/** The metadata for a model of a set. */
export function imagesMetadata(set: ImageSet): Readonly<Record<string, string>> {
  return set.data === undefined ? {} : { [IMAGES_ENTRY]: JSON.stringify(set) };
}

/** The set that a model's metadata tell of, MNIST where they tell of none. @throws FormatError for anything but such an entry */
export function parseImageSet(metadata: Readonly<Record<string, string>>, name: string): ImageSet {
  const text = metadata[IMAGES_ENTRY];
  if (text === undefined) return MNIST_IMAGES;
  let value: unknown;
  try {
    checkDepth(text);
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (isImageSet(value)) {
    const { height, width, classes, transposed, data } = value;
    return { height, width, classes, transposed, ...(data !== undefined && { data }) };
  }
  throw new FormatError(
    `${name}: metadata "${IMAGES_ENTRY}": expected JSON with height, width, classes and transposed of a set of images, got ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function isImageSet(value: unknown): value is ImageSet {
  if (typeof value !== "object" || value === null) return false;
  const { height, width, classes, transposed, data } = value as Record<string, unknown>;
  const isSide = (side: unknown) => Number.isSafeInteger(side) && (side as number) >= 1;
  const isLabel = (label: unknown) => typeof label === "string" && /^\d{1,3}$/.test(label);
  return (
    isSide(height) &&
    isSide(width) &&
    Array.isArray(classes) &&
    classes.length >= 1 &&
    classes.length <= MOST_CLASSES &&
    classes.every(isLabel) &&
    new Set(classes).size === classes.length &&
    typeof transposed === "boolean" &&
    (data === undefined || typeof data === "string")
  );
}

/** "28x28, 26 classes: 1 to 26". */
export function describeImages({ height, width, classes }: ImageSet): string {
  const [first, last] = [classes[0], classes.at(-1)];
  return `${height}x${width}, ${classes.length === 1 ? `1 class: ${first}` : `${classes.length} classes: ${first} to ${last}`}`;
}
