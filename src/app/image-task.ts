/** ImageTask: classifying the images of MNIST, or of a set in its format. */

import type { DataSource } from "../dataset/data-source.js";
import { type ImageSet, imageNetwork, imagesMetadata } from "./image-set.js";
import type { Task } from "./task.js";

/** Keeps the sources of its three parts, because the images are shown. */
export interface ImageTask extends Task {
  readonly task: "mnist";
  readonly classes: readonly string[];
  readonly sources: { readonly train: DataSource; readonly validation: DataSource; readonly test: DataSource };
}

/** @param sources as `parseMnist` makes them */
export function imageTask(sources: ImageTask["sources"], set: ImageSet): ImageTask {
  const { classes } = set;
  const { train, validation, test } = sources;
  return {
    task: "mnist",
    ...imageNetwork(set),
    classes,
    metadata: imagesMetadata(set),
    sources,
    place: (engine) => ({
      training: engine.dataset(train, { classes: classes.length }),
      validation: engine.dataset(validation, { classes: classes.length }),
      test: engine.dataset(test, { classes: classes.length }),
    }),
  };
}
