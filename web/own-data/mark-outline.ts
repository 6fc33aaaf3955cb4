/** The outlines of marks, as paths of SVG: canvases take them too. */

import type { Shape } from "./class-palette.js";

type Corners = readonly (readonly [x: number, y: number])[];

const CORNERS: Readonly<Record<Exclude<Shape, "circle">, Corners>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.2],
    [1.1, 0.9],
    [-1.1, 0.9],
  ],
  diamond: [
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ],
  cross: [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
};

/** A closed path around (0, 0), which reaches 1.3 radii at most to each side. */
export function outlineOf(shape: Shape, radius: number): string {
  if (shape === "circle")
    return `M${-radius} 0a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0Z`;
  return `M${CORNERS[shape].map(([x, y]) => `${x * radius} ${y * radius}`).join("L")}Z`;
}
