/** The first layer's weights, as an image per unit. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { followNetwork } from "../page/follow-network.js";
import { call } from "../page/run-store.js";
import { theme, themeColour } from "../page/theme.js";
import type { FirstLayer } from "../protocol/digits.js";

/** Tiles of 28 × 28 pixels on one canvas. */
const SIDE = 28;
const GAP = 2;
const TILE_COLUMNS = 10;
const MOST_UNITS = 100;
const MILLISECONDS = 400;

const shown = signal<FirstLayer | undefined>(undefined);

async function ask(): Promise<void> {
  shown.value = await call("firstLayer", { most: MOST_UNITS }).catch(() => undefined);
}

export function FirstLayerWeights() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = shown.value;
  const colours = theme.value;
  useEffect(() => followNetwork(ask, MILLISECONDS), []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !layer) return;
    paintTiles(context, layer, {
      negative: themeColour("--second"),
      zero: themeColour("--surface"),
      positive: themeColour("--first"),
    });
  }, [layer, colours]);
  const { width, height } = tilesSize(layer?.units ?? TILE_COLUMNS);
  return (
    <section aria-labelledby="weights-title">
      <h2 id="weights-title">What the first layer looks for</h2>
      <p class="hint">
        Each square is a unit with its 28 × 28 weights: <span class="positive">ink here speaks for it</span>,{" "}
        <span class="negative">ink here against it</span>.
        {layer && layer.of > layer.units && ` The first ${layer.units} of ${layer.of} units.`}
      </p>
      {layer ? (
        <canvas
          ref={canvas}
          class="tiles"
          width={width}
          height={height}
          role="img"
          aria-label={`Weights of ${layer.units} units, each as an image of 28 by 28 pixels`}
        />
      ) : (
        <p class="nothing">No network yet.</p>
      )}
    </section>
  );
}

/** Opaque CSS colours. */
interface Colours {
  readonly negative: string;
  readonly zero: string;
  readonly positive: string;
}

function tilesSize(units: number): { readonly width: number; readonly height: number } {
  const along = (tiles: number) => tiles * (SIDE + GAP) - GAP;
  return { width: along(Math.min(units, TILE_COLUMNS)), height: along(Math.max(1, Math.ceil(units / TILE_COLUMNS))) };
}

/** One scale for all tiles: the 99.5th percentile of |weight| gets full colour, so that a few outliers do not pale the rest. */
function paintTiles(context: CanvasRenderingContext2D, { weights, units }: FirstLayer, colours: Colours): void {
  const { width, height } = tilesSize(units);
  const image = context.createImageData(width, height);
  const bytes = new Uint32Array(image.data.buffer);
  const palette = makePalette(context, colours);
  const scale = 128 / (percentile(weights, 0.995) || 1);
  for (let unit = 0; unit < units; ++unit) {
    const left = (unit % TILE_COLUMNS) * (SIDE + GAP);
    const top = Math.floor(unit / TILE_COLUMNS) * (SIDE + GAP);
    for (let pixel = 0; pixel < SIDE * SIDE; ++pixel) {
      const level = Math.round((weights[pixel * units + unit] as number) * scale);
      const at = (top + Math.floor(pixel / SIDE)) * width + left + (pixel % SIDE);
      bytes[at] = palette[Math.min(256, Math.max(0, 128 + level))] as number;
    }
  }
  context.putImageData(image, 0, 0);
}

/** A percentile of the absolute values, estimated from every 16th. */
function percentile(values: Float32Array, share: number): number {
  const sample = new Float32Array(Math.ceil(values.length / 16));
  for (let i = 0; i < sample.length; ++i) sample[i] = Math.abs(values[i * 16] as number);
  return sample.sort()[Math.floor((sample.length - 1) * share)] ?? 0;
}

/** 257 colours from negative through zero to positive, as pixels of an `ImageData`. */
function makePalette(context: CanvasRenderingContext2D, { negative, zero, positive }: Colours): Uint32Array {
  const channels = (colour: string) => {
    // The context returns every opaque colour as "#rrggbb".
    context.fillStyle = colour;
    return [1, 3, 5].map((at) => Number.parseInt(String(context.fillStyle).slice(at, at + 2), 16));
  };
  const ends = [channels(negative), channels(positive)];
  const middle = channels(zero);
  const palette = new Uint32Array(257);
  const pixels = new Uint8ClampedArray(palette.buffer);
  for (let i = 0; i <= 256; ++i) {
    const end = ends[i < 128 ? 0 : 1] as number[];
    const share = Math.abs(i - 128) / 128;
    for (const [c, from] of middle.entries()) pixels[i * 4 + c] = from + ((end[c] as number) - from) * share;
    pixels[i * 4 + 3] = 255;
  }
  return palette;
}
