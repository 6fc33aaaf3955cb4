/**
 * Turns: drawing that takes milliseconds, one piece a frame. Charts and pictures have reason to draw at the same moment; together
 * they would hold the page up.
 */

const waiting = new Set<() => void>();
let asked = false;

/** Calls `draw` in a task of its own, after the pieces that were here before. @returns what takes it back */
export function inTurn(draw: () => void): () => void {
  const piece = () => draw();
  waiting.add(piece);
  ask();
  return () => waiting.delete(piece);
}

function ask(): void {
  if (asked) return;
  asked = true;
  // After the frame: what the browser has to do for the last piece is then done.
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
