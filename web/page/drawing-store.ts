/** The reader's drawing and how the network reads it, kept while other tabs are open. */

import { signal } from "@preact/signals";
import type { Drawing, DrawingRead } from "../protocol/digits.js";
import { call, hasNetwork } from "./run-store.js";

/** Undefined if nothing is drawn. */
export const drawing = signal<Drawing | undefined>(undefined);
/** The network's last reading of it; undefined without a drawing or a network. */
export const drawingRead = signal<DrawingRead | undefined>(undefined);

let asking = false;
let asked: Drawing | undefined;

/** Replaces the drawing and reads it. */
export function draw(next: Drawing | undefined): void {
  drawing.value = next;
  if (!next) drawingRead.value = undefined;
  void readDrawing();
}

/** Reads the drawing with the current weights, one call at a time; of drawings made meanwhile, only the newest. */
export async function readDrawing(): Promise<void> {
  if (asking || !hasNetwork.peek()) return;
  asking = true;
  do {
    asked = drawing.peek();
    const read = asked && (await call("read", { drawing: asked }).catch(() => undefined));
    if (drawing.peek()) drawingRead.value = read;
  } while (asked !== drawing.peek());
  asking = false;
}
