/** Checks what a model is for: images of a set, MNIST's digits, or a table. */

import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { SoftmaxCrossEntropy } from "../network/losses/softmax-cross-entropy.js";
import type { Network, NetworkOptions } from "../network/network.js";
import type { Preprocessor } from "../tables/preprocessor.js";
import { IMAGES_ENTRY, type ImageSet, imageNetwork, MNIST_IMAGES, parseImageSet } from "./image-set.js";
import { checkShape, type ParsedModel, parseModel, type SavedFile } from "./model-file.js";

/** The network and the set of an image model. @param name of its file @throws FormatError for any other model */
export function imageModel(
  { network, preprocessor, isOwn, metadata }: ParsedModel,
  name: string,
): { readonly network: Network; readonly set: ImageSet } {
  if (!isOwn) {
    // The file does not say how to scale images.
    const got = "got an ONNX file of another program, which works only on tables";
    throw new FormatError(`${name}: expected a model of images that simdgrad wrote, ${got}`);
  }
  if (preprocessor)
    throw new FormatError(`${name}: expected a model of images, got one of a table; add a table's file`);
  const set = parseImageSet(metadata, name);
  const { inputs, outputs } = imageNetwork(set);
  checkShape(network, inputs, outputs, name);
  return { network, set };
}

/**
 * The network in a file for MNIST's digits. The file may be from another program; its outputs then count as logits.
 *
 * @throws FormatError for any other model, and frees the network
 */
export function openDigitModel(engine: Engine, { name, bytes }: SavedFile, options: NetworkOptions): Network {
  const { network, metadata } = parseModel(engine, bytes, name, { loss: new SoftmaxCrossEntropy(), ...options });
  try {
    if (metadata[IMAGES_ENTRY] !== undefined) {
      const got = "got one of other images; use it with the command";
      throw new FormatError(`${name}: expected a model of MNIST's digits, ${got}`);
    }
    const { inputs, outputs } = imageNetwork(MNIST_IMAGES);
    checkShape(network, inputs, outputs, name);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** A table model. @param name of its file @throws FormatError for any other model */
export function tableModel<M extends ParsedModel>(model: M, name: string): M & { readonly preprocessor: Preprocessor } {
  const { preprocessor } = model;
  if (preprocessor) return { ...model, preprocessor };
  throw new FormatError(`${name}: expected a model of a table, with its preprocessing, got one without`);
}
