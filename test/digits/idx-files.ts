/** IDX files made for tests. */
import type { MnistFile } from "../../src/digits/mnist.js";

/** An IDX file of unsigned bytes: header for `shape`, then `data` as it is, whether it fits or not. */
export function idxFile(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, dimension) => {
    view.setUint32(4 + 4 * dimension, size);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** A dataset in the four files of MNIST; pixel `p` of row `r` is (r + 7p) mod 256, its label r mod 10. */
export function smallMnist(trainRows = 1200, testRows = 5): Record<MnistFile, Uint8Array> {
  const images = (rows: number) => {
    const pixels = new Uint8Array(rows * 784);
    for (let i = 0; i < pixels.length; i++) pixels[i] = Math.floor(i / 784) + 7 * (i % 784);
    return idxFile([rows, 28, 28], pixels);
  };
  const labels = (rows: number) =>
    idxFile(
      [rows],
      Uint8Array.from({ length: rows }, (_, row) => row % 10),
    );
  return {
    "train-images-idx3-ubyte": images(trainRows),
    "train-labels-idx1-ubyte": labels(trainRows),
    "t10k-images-idx3-ubyte": images(testRows),
    "t10k-labels-idx1-ubyte": labels(testRows),
  };
}
