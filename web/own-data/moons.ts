/** Two moons: half circles that reach into each other, which no straight line parts. */

import { Random } from "../../src/index.js";

const ROWS = 400;
const NOISE = 0.18;

/** A CSV of `east,north,moon`, the same for the same seed. The noise is the sum of four uniform numbers: nearly normal. */
export function makeMoons(seed = 1): string {
  const random = new Random(seed);
  const noise = () => (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * Math.sqrt(3);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const upper = row % 2 === 0;
    const angle = Math.PI * random.uniform();
    const [x, y] = upper ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return `${(x + NOISE * noise()).toFixed(3)},${(y + NOISE * noise()).toFixed(3)},${upper ? "upper" : "lower"}`;
  });
  return `${["east,north,moon", ...lines].join("\n")}\n`;
}
