/**
 * Colours and marks of classes: Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), which people with common colour
 * blindnesses can tell apart, and a shape for each, so that nothing depends on colour alone.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

const COLOURS: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
  [120, 120, 120],
];

export const SHAPES = ["circle", "square", "triangle", "diamond", "cross"] as const;
export type Shape = (typeof SHAPES)[number];

/** Classes beyond the palette share its colours, with another shape. */
export function markOf(label: number): { readonly colour: Rgb; readonly shape: Shape } {
  return {
    colour: COLOURS[label % COLOURS.length] as Rgb,
    shape: SHAPES[(label + Math.floor(label / COLOURS.length)) % SHAPES.length] as Shape,
  };
}

/** From blue through grey to orange, for a share from 0 to 1. */
export function colourOfShare(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share));
  const [low, middle, high] = [COLOURS[0], [200, 200, 200], COLOURS[1]] as [Rgb, Rgb, Rgb];
  const [from, to, rest] = at < 0.5 ? [low, middle, at * 2] : [middle, high, at * 2 - 1];
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * rest);
  return [mix(0), mix(1), mix(2)];
}

/** For canvases and styles. */
export function css([red, green, blue]: Rgb, alpha = 1): string {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

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

/** A mark's outline, as a path for SVG or a canvas: closed, around (0, 0), which reaches 1.3 radii at most to each side. */
export function outlineOf(shape: Shape, radius: number): string {
  if (shape === "circle")
    return `M${-radius} 0a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0Z`;
  return `M${CORNERS[shape].map(([x, y]) => `${x * radius} ${y * radius}`).join("L")}Z`;
}
