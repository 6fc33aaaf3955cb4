/** Checks of options: optimizers' and schedules'. */

/** Where an option's numbers lie: at least 0 unless it is said otherwise. */
export interface Bounds {
  /** Greater than 0, also as a float. */
  readonly positive?: boolean;
  /** Less than this. */
  readonly below?: number;
  /** At most this. */
  readonly most?: number;
}

/** @throws TypeError for what is no number; RangeError for one that is not finite or out of bounds */
export function checkNumber(name: string, value: unknown, { positive, below, most }: Bounds = {}): void {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, got ${describe(value)}`);
  const inside =
    (positive ? Math.fround(value) > 0 : value >= 0) &&
    !(value >= (below ?? Infinity)) &&
    !(value > (most ?? Infinity));
  if (Number.isFinite(value) && inside) return;
  const upper = below === undefined ? (most === undefined ? "" : ` and at most ${most}`) : ` and below ${below}`;
  throw new RangeError(
    `${name}: expected a finite number ${positive ? "above" : "of at least"} 0${upper}, got ${value}`,
  );
}

/** @throws TypeError for what is no number; RangeError for one that is not an integer from `least` up */
export function checkInteger(name: string, value: unknown, least: number): void {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, got ${describe(value)}`);
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${name}: expected an integer of at least ${least}, got ${value}`);
}

/** @throws TypeError for what is neither true nor false */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new TypeError(`${name}: expected true or false, got ${describe(value)}`);
}

/** @throws TypeError, RangeError unless it is a pair of numbers from 0 to below 1 */
export function checkBetas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new TypeError(`betas: expected a pair of numbers, got ${describe(betas)}`);
  }
  for (const [index, beta] of betas.entries()) checkNumber(`betas[${index}]`, beta, { below: 1 });
}

function describe(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  return Array.isArray(value) ? `a list of ${value.length}` : String(value);
}
