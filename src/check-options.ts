/** Checks of options: of layers, losses, optimizers, schedules and of training. */

/** Every option of `T`: the compiler asks for those that are missing here. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** @throws TypeError for what is no object, and for an option that is none of `names`: a slip would change nothing, silently */
export function checkOptions<T extends object>(what: string, options: T, names: OptionNames<T>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${what}: options: expected an object, got ${describe(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  throw new TypeError(`${what}: expected the options ${Object.keys(names).join(", ")}, got ${unknown}`);
}

/** Where an option's numbers lie: at least 0 unless it is said otherwise. */
export interface Bounds {
  /** At least this; default 0. */
  readonly least?: number;
  /** Greater than 0, also as a float. */
  readonly positive?: boolean;
  /** Less than this. */
  readonly below?: number;
  /** At most this. */
  readonly most?: number;
}

/** @throws TypeError for what is no number; RangeError for one that is not finite or out of bounds */
export function checkNumber(name: string, value: unknown, bounds: Bounds = {}): void {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, got ${describe(value)}`);
  const { least = 0, positive, below, most } = bounds;
  const inside =
    (positive ? Math.fround(value) > 0 : value >= least) &&
    !(value >= (below ?? Infinity)) &&
    !(value > (most ?? Infinity));
  if (Number.isFinite(value) && inside) return;
  const upper = below === undefined ? (most === undefined ? "" : ` and at most ${most}`) : ` and below ${below}`;
  const lower = positive ? " above 0" : least === Number.NEGATIVE_INFINITY ? "" : ` of at least ${least}`;
  throw new RangeError(`${name}: expected a finite number${lower}${upper}, got ${value}`);
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

/** @throws TypeError for what is no Uint8Array, such as the ArrayBuffer of a response */
export function checkBytes(name: string, bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array, got ${describe(bytes)}`);
}

/** @throws TypeError, RangeError unless it is a pair of numbers from 0 to below 1 */
export function checkBetas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new TypeError(`betas: expected a pair of numbers, got ${describe(betas)}`);
  }
  for (const [index, beta] of betas.entries()) checkNumber(`betas[${index}]`, beta, { below: 1 });
}

/** A value, or what it is, for the message of an error. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? (value.constructor?.name ?? "an object") : String(value);
}
