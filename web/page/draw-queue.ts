/** A queue of slow drawings, one per frame: charts and pictures change at the same moment and would block the page together. */

const waiting = new Set<() => void>();
let asked = false;

/** Calls `draw` in its own task, after the drawings already in the queue. @returns a function that cancels it */
export function queueDrawing(draw: () => void): () => void {
  const piece = () => draw();
  waiting.add(piece);
  ask();
  return () => waiting.delete(piece);
}

function ask(): void {
  if (asked) return;
  asked = true;
  // After the frame, when the browser has finished the last drawing.
  requestAnimationFrame(() => setTimeout(next));
}

function next(): void {
  asked = false;
  const [piece] = waiting;
  if (!piece) return;
  waiting.delete(piece);
  if (waiting.size > 0) ask();
  piece();
}
