/** The reader's drawing and what the network makes of it, kept while other tabs are open. */

import { signal } from "@preact/signals";
import type { Drawing, DrawingRead } from "../protocol/digits.js";
import { call, hasNetwork } from "./run-store.js";

/** Undefined while nothing is drawn. */
export const drawing = signal<Drawing | undefined>(undefined);
/** What the network made of it last; undefined without a drawing or a network. */
export const drawingRead = signal<DrawingRead | undefined>(undefined);

let asking = false;
let asked: Drawing | undefined;

/** Takes a drawing in place of the one before, and has it read. */
export function draw(next: Drawing | undefined): void {
  drawing.value = next;
  if (!next) drawingRead.value = undefined;
  void readDrawing();
}

/** Has the drawing read, by the weights as they are; one call at a time, and of drawings in between only the newest. */
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
