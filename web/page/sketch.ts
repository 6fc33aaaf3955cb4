/** Sketch: a drawing in white on black on a square canvas, and its pen. Knows no events. */

import type { Drawing } from "../protocol/digits.js";

/** Pixels per side: ten for each of an MNIST digit's 28. */
export const SKETCH_SIDE = 280;
/** The pen's width: about that of MNIST's digits in their boxes of 20 pixels. */
const PEN = 22;

export class Sketch {
  readonly #context: CanvasRenderingContext2D;
  #empty = true;

  constructor(canvas: HTMLCanvasElement) {
    // The canvas is read after each stroke, which is slow if it is in the graphics card's memory.
    this.#context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    Object.assign(this.#context, { lineCap: "round", lineJoin: "round", lineWidth: PEN, strokeStyle: "#fff" });
    this.clear();
  }

  get empty(): boolean {
    return this.#empty;
  }

  clear(): void {
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, SKETCH_SIDE, SKETCH_SIDE);
    this.#empty = true;
  }

  /** Draws a stroke through the points, in the canvas's pixels. One point is a dot. */
  stroke(points: readonly (readonly [x: number, y: number])[]): void {
    const [first, ...others] = points;
    if (!first) return;
    this.#context.beginPath();
    this.#context.moveTo(...first);
    for (const point of others.length > 0 ? others : [first]) this.#context.lineTo(...point);
    this.#context.stroke();
    this.#empty = false;
  }

  /** Shows what `read` returned. */
  restore({ width, height, data }: Drawing): void {
    const image = this.#context.createImageData(width, height);
    for (const [i, level] of data.entries()) image.data.set([level, level, level, 255], i * 4);
    this.#context.putImageData(image, 0, 0);
    this.#empty = false;
  }

  read(): Drawing {
    const { data } = this.#context.getImageData(0, 0, SKETCH_SIDE, SKETCH_SIDE);
    const grey = new Uint8Array(SKETCH_SIDE * SKETCH_SIDE);
    for (let i = 0; i < grey.length; ++i) grey[i] = data[i * 4] as number;
    return { width: SKETCH_SIDE, height: SKETCH_SIDE, data: grey };
  }
}
