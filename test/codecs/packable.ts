/** Bytes of several kinds, the same in every run, that compressors pack in different ways. */

/** A linear congruential generator: Numerical Recipes, chapter 7. */
function below(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const bytes = (length: number, value: (index: number, made: Uint8Array) => number): Uint8Array => {
  const made = new Uint8Array(length);
  for (let index = 0; index < length; ++index) made[index] = value(index, made);
  return made;
};

const WORDS = ["the ", "time ", "of a ", "page", ", ", "which ", "was ", "packed", ". ", "é", "0.25", "\n"];

export function packable(): Record<string, Uint8Array> {
  const random = below(1);
  const text = Array.from({ length: 4000 }, () => WORDS[random(WORDS.length)]).join("");
  return {
    nothing: new Uint8Array(),
    "one byte": Uint8Array.of(7),
    "a short text": new TextEncoder().encode("abcabcabcabcabcd"),
    "a long text": new TextEncoder().encode(text),
    "random bytes": bytes(1500, () => random(256)),
    "few different bytes": bytes(3000, () => random(4) * random(4)),
    zeros: new Uint8Array(300_000),
    numbers: new Uint8Array(Float64Array.from({ length: 600 }, (_, index) => index / 4 + random(3)).buffer),
    "copies from far away": bytes(140_000, (index, made) =>
      index < 400 ? random(256) : (made[index - (index % 9000 < 8990 ? 400 : 131)] as number),
    ),
  };
}
