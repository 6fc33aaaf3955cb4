/** The image set that a model was trained on, as an entry of the model's metadata. */

import { checkDepth } from "../checks/check-json.js";
import { FormatError } from "../checks/errors.js";
import type { NetworkShape } from "./network-from-settings.js";

export interface ImageSet {
  readonly height: number;
  readonly width: number;
  /** The label of each class in the files. */
  readonly classes: readonly string[];
  /** Whether the files store the images transposed, so that the reader transposed them back. */
  readonly transposed: boolean;
  /** SHA-256 of the SHA-256 of training images and labels; undefined for MNIST. */
  readonly data?: string;
}

/** The entry of a model's metadata. Models of MNIST do not have it. */
export const IMAGES_ENTRY = "images";

/** Labels are bytes. */
const MOST_CLASSES = 256;

export const MNIST_IMAGES: ImageSet = {
  height: 28,
  width: 28,
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  transposed: false,
};

/** Inputs, outputs and classes of a network for the set. */
export function imageNetwork({ height, width, classes }: ImageSet): NetworkShape {
  return { inputs: height * width, outputs: classes.length, classes };
}

/** The metadata for a model of the set. */
export function imagesMetadata(set: ImageSet): Readonly<Record<string, string>> {
  return set.data === undefined ? {} : { [IMAGES_ENTRY]: JSON.stringify(set) };
}

/** The set in a model's metadata; MNIST if there is none. @throws FormatError if the entry is not valid */
export function parseImageSet(metadata: Readonly<Record<string, string>>, name: string): ImageSet {
  const text = metadata[IMAGES_ENTRY];
  if (text === undefined) return MNIST_IMAGES;
  let value: unknown;
  try {
    checkDepth(text);
    value = JSON.parse(text);
  } catch {
    // Reported below.
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
