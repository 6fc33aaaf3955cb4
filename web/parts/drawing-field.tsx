/** The field to draw on, with mouse, pen, finger or keyboard. The keyboard moves on a grid of 28 × 28. */

import { useEffect, useRef, useState } from "preact/hooks";
import { draw, drawing } from "../page/drawing-store.js";
import { SKETCH_SIDE, Sketch } from "../page/sketch.js";
import { Button } from "./button.js";

type Point = readonly [x: number, y: number];

const CELLS = 28;
const CELL = SKETCH_SIDE / CELLS;
const MOVES: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function DrawingField() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const sketch = useRef<Sketch>(undefined);
  const last = useRef<Point>(undefined);
  const frame = useRef(0);
  const [pen, setPen] = useState<{ readonly cell: Point; readonly down: boolean }>({ cell: [14, 14], down: false });

  const tell = () => {
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      const now = sketch.current as Sketch;
      draw(now.empty ? undefined : now.read());
    });
  };
  const wipe = () => {
    sketch.current?.clear();
    last.current = undefined;
    tell();
  };
  useEffect(() => {
    sketch.current = new Sketch(canvas.current as HTMLCanvasElement);
    const before = drawing.peek();
    if (before) sketch.current.restore(before);
    return () => cancelAnimationFrame(frame.current);
  }, []);

  const strokeTo = (points: readonly Point[]) => {
    sketch.current?.stroke(last.current ? [last.current, ...points] : points);
    last.current = points.at(-1);
    tell();
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.current?.setPointerCapture(event.pointerId);
    last.current = undefined;
    strokeTo([place(event)]);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!canvas.current?.hasPointerCapture(event.pointerId)) return;
    // A pointer moves several times between two frames. Using all positions keeps curves round.
    const steps = event.getCoalescedEvents?.() ?? [];
    strokeTo((steps.length > 0 ? steps : [event]).map((step) => place(step, canvas.current)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [dx, dy] = MOVES[event.key] ?? [];
    const inside = (cell: number) => Math.min(CELLS - 1, Math.max(0, cell));
    if (dx !== undefined && dy !== undefined) {
      const cell: Point = [inside(pen.cell[0] + dx), inside(pen.cell[1] + dy)];
      if (pen.down) strokeTo([centre(cell)]);
      setPen({ cell, down: pen.down });
    } else if (event.key === " ") {
      last.current = undefined;
      if (!pen.down) strokeTo([centre(pen.cell)]);
      setPen({ cell: pen.cell, down: !pen.down });
    } else if (event.key === "Delete" || event.key === "Backspace") wipe();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div
        class="drawing-field"
        role="application"
        aria-label={`Drawing field, pen ${pen.down ? "down" : "up"}`}
        aria-describedby="draw-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => setPen({ cell: pen.cell, down: false })}
      >
        <canvas
          ref={canvas}
          width={SKETCH_SIDE}
          height={SKETCH_SIDE}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
        />
        <span
          class={pen.down ? "pen down" : "pen"}
          style={{ left: `${((pen.cell[0] + 0.5) / CELLS) * 100}%`, top: `${((pen.cell[1] + 0.5) / CELLS) * 100}%` }}
        />
      </div>
      <div class="draw-tools">
        <Button off={!drawing.value} onClick={wipe}>
          Clear
        </Button>
        <p class="hint" id="draw-keys">
          With the keyboard: arrow keys move the pen, space sets it down and lifts it, Delete clears.
        </p>
      </div>
    </>
  );
}

function centre([column, row]: Point): Point {
  return [(column + 0.5) * CELL, (row + 0.5) * CELL];
}

/** Where an event is, in the canvas's pixels. */
function place(event: PointerEvent, target = event.target as Element | null): Point {
  const { left, top, width, height } = (target as Element).getBoundingClientRect();
  return [((event.clientX - left) / width) * SKETCH_SIDE, ((event.clientY - top) / height) * SKETCH_SIDE];
}
