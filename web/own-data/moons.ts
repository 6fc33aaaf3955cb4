/** Two moons: interlocking half circles that no straight line separates. */

import { cosPi } from "../../src/engine/reproducible-math.js";
import { Random } from "../../src/index.js";

const ROWS = 400;
const NOISE = 0.18;

/** A CSV with `east,north,moon`, the same for a seed on every engine. The noise is a sum of four uniform numbers, nearly normal. */
export function makeMoons(seed = 1): string {
  const random = new Random(seed);
  const noise = () => (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * Math.sqrt(3);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const upper = row % 2 === 0;
    const halfTurns = random.uniform();
    const [cosine, sine] = [cosPi(halfTurns), cosPi(Math.abs(halfTurns - 0.5))];
    const [x, y] = upper ? [cosine, sine] : [1 - cosine, 0.5 - sine];
    return `${(x + NOISE * noise()).toFixed(3)},${(y + NOISE * noise()).toFixed(3)},${upper ? "upper" : "lower"}`;
  });
  return `${["east,north,moon", ...lines].join("\n")}\n`;
}
