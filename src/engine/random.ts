import { ANY_NUMBER, checkInteger, checkNumber, checkRecord, wrongType } from "../checks/check-options.js";
import { viewKind } from "../checks/typed-arrays.js";

// Held here: where globals are looked up through a context, as in Jest, each look costs more than a draw.
const { floor, imul, sqrt, LN2, SQRT1_2 } = Math;
const { isInteger } = Number;

/** The polynomial of a jump by 2⁶⁴ (Blackman and Vigna 2018). */
const JUMP = [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b];

/** The state of a `Random`. */
export interface RandomState {
  readonly words: readonly number[];
  /** A normal variate that is still to be given out. */
  readonly spare?: number;
}

/**
 * Random: the one seeded generator, behind initial weights, shuffles and dropout. The same seed gives the same numbers on
 * every engine: only exactly rounded operations are used, so Math.log, which is not specified to the last bit, is not.
 */
export class Random {
  readonly #state = new Uint32Array(4);
  /** The second value of the last pair that `normal` drew, if it is still to be given out. */
  #spare: number | undefined;

  /** @param seed an integer from 0 to 2⁵³ − 1; @throws TypeError, RangeError for anything else */
  constructor(seed: number) {
    checkInteger("seed", seed, 0);
    // SplitMix32 spreads the seed over the state, as the authors of xoshiro advise.
    let mix = (seed ^ imul(floor(seed / 2 ** 32), 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 4; ++i) {
      mix = (mix + 0x9e3779b9) >>> 0;
      let z = mix;
      z = imul(z ^ (z >>> 16), 0x21f0aaad);
      z = imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
  }

  /** All that later numbers depend on, as plain JSON: set it again to draw the same ones. @throws TypeError when set to anything else */
  get state(): RandomState {
    return { words: [...this.#state], ...(this.#spare !== undefined && { spare: this.#spare }) };
  }

  set state(state: RandomState) {
    checkRecord("random state", state);
    const words: unknown = state.words;
    const spare: unknown = state.spare;
    const isWord = (word: unknown) => Number.isInteger(word) && (word as number) >= 0 && (word as number) < 2 ** 32;
    const valid = Array.isArray(words) && words.length === 4 && words.every(isWord) && words.some((word) => word !== 0);
    if (!valid) throw wrongType("random state: words", "four 32-bit words that are not all zero", words);
    if (spare !== undefined) checkNumber("random state: spare", spare, ANY_NUMBER);
    this.#state.set(words);
    this.#spare = spare as number | undefined;
  }

  /** A generator that goes on from here, while this one jumps 2⁶⁴ numbers ahead: the two never draw the same. */
  fork(): Random {
    const fork = new Random(0);
    fork.state = this.state;
    this.#jump();
    return fork;
  }

  /** Has the two generators change places. @throws TypeError for anything but a generator */
  swap(other: Random): void {
    if (!(other instanceof Random)) throw wrongType("swap", "a Random", other);
    for (let i = 0; i < 4; ++i) {
      const word = this.#state[i] as number;
      this.#state[i] = other.#state[i] as number;
      other.#state[i] = word;
    }
    const spare = this.#spare;
    this.#spare = other.#spare;
    other.#spare = spare;
  }

  /** As 2⁶⁴ calls of `uint32`: the sum, over GF(2), of the states at the ones of the jump polynomial. */
  #jump(): void {
    const sum = new Uint32Array(4);
    for (const word of JUMP) {
      for (let bit = 0; bit < 32; ++bit) {
        if ((word >>> bit) & 1) for (let i = 0; i < 4; ++i) sum[i] = (sum[i] as number) ^ (this.#state[i] as number);
        this.uint32();
      }
    }
    this.#state.set(sum);
    this.#spare = undefined;
  }

  /** A uniform 32-bit integer: xoshiro128** (Blackman and Vigna 2018). */
  uint32(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = imul(rotateLeft(imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = sqrt((-2 * naturalLogarithm(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }

  /** A uniform integer in [0, bound), 1 ≤ bound ≤ 2³², without bias (Lemire 2019, the rejection step only). @throws TypeError, RangeError for another bound */
  below(bound: number): number {
    if (!(isInteger(bound) && bound >= 1 && bound <= 2 ** 32)) checkInteger("bound", bound, 1, 2 ** 32);
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** Shuffles in place (Fisher–Yates): every order is equally likely. @throws TypeError for anything but such an array */
  shuffle(values: Int32Array | Uint32Array): void {
    if (!/^U?[Ii]nt32/.test(viewKind(values) ?? "")) throw wrongType("shuffle", "an Int32Array or Uint32Array", values);
    for (let i = values.length - 1; i > 0; --i) {
      const j = this.below(i + 1);
      const value = values[i] as number;
      values[i] = values[j] as number;
      values[j] = value;
    }
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** ln x for 0 < x < 1 to about 1e-16, from + − × ÷ only: x = m·2ᵉ and the series of artanh((m − 1) / (m + 1)). */
function naturalLogarithm(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa < SQRT1_2) {
    mantissa *= 2;
    --exponent;
  }
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  // |t| ≤ 0.1716, so the term t²³/23 is below 2⁻⁵⁷ of the first.
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * t * sum + exponent * LN2;
}
