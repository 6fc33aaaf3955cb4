/** The first layer's weights: for each unit an image of what it looks for. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { followNetwork } from "../page/follow-network.js";
import { call } from "../page/run-store.js";
import { theme, themeColour } from "../page/theme.js";
import type { FirstLayer } from "../protocol/digits.js";
import { paintTiles, TILE_COLUMNS, tilesSize } from "./weight-tiles.js";

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
