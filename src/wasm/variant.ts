/** Chooses the best binary that this WebAssembly engine can run, and says why. */

import { checkChoice } from "../checks/check-options.js";

/** `simd`: fixed-width SIMD, the same bits on every machine. `relaxed`: fused multiply-add where the engine fuses. */
export type Variant = "simd" | "relaxed";

/** The compiled binaries: a variant of the kernels, with a private memory or one that threads share. */
export type BinaryName = Variant | `${Variant}-shared`;

/** A choice of binary and the reason for it. */
export interface VariantChoice {
  readonly variant: Variant;
  readonly reason: string;
}

/** Which binaries are available. */
interface Offer {
  /** The option that says so. */
  readonly option: string | undefined;
  has(name: BinaryName): boolean;
}

/**
 * Chooses the binary: `requested`, or for `auto` the relaxed one if the engine can compile it. `deterministic` asks for the
 * same bits everywhere, which only `simd` gives: relaxed multiply-adds round once or twice, depending on the CPU.
 *
 * @throws TypeError, RangeError for an unknown name, a deterministic `relaxed`, or a binary that is not available; Error if the
 * engine cannot run the binary
 */
export function chooseVariant(requested: Variant | "auto", deterministic: boolean, offer: Offer): VariantChoice {
  const offers = (variant: Variant) => offer.has(variant) || offer.has(`${variant}-shared`);
  const choice = chooseAmong(
    requested,
    deterministic,
    offers("relaxed") ? undefined : `${offer.option} has no relaxed binary`,
  );
  if (offers(choice.variant)) return choice;
  throw new RangeError(`${offer.option}: expected a ${choice.variant} binary among them (${choice.reason}), got none`);
}

function chooseAmong(
  requested: Variant | "auto",
  deterministic: boolean,
  notRelaxed: string | undefined,
): VariantChoice {
  checkChoice("variant", requested, ["auto", "simd", "relaxed"]);
  if (typeof WebAssembly === "undefined") {
    throw new Error(
      "expected a JavaScript engine with WebAssembly, got one without: node --jitless and browsers' lockdown modes switch it off",
    );
  }
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "this WebAssembly engine has no SIMD; expected Node ≥ 16.4, Chrome ≥ 91, Firefox ≥ 89 or Safari ≥ 16.4",
    );
  }
  if (deterministic && requested === "relaxed") {
    throw new RangeError(
      'deterministic: expected variant "simd" or "auto", got "relaxed", whose bits depend on the CPU',
    );
  }
  if (deterministic) return { variant: "simd", reason: "deterministic: the same bits on every machine" };
  if (requested === "simd") return { variant: "simd", reason: "requested" };
  if (requested === "auto" && notRelaxed) return { variant: "simd", reason: notRelaxed };
  if (WebAssembly.validate(RELAXED_PROBE)) {
    return { variant: "relaxed", reason: requested === "auto" ? "the engine has relaxed SIMD" : "requested" };
  }
  const lacking = "the engine has no relaxed SIMD (Node ≥ 21, Chrome ≥ 114, Firefox ≥ 145)";
  if (requested === "relaxed") throw new Error(`variant "relaxed" cannot run: ${lacking}`);
  return { variant: "simd", reason: lacking };
}

/** The module `(func (result v128) …)` with the given body, in the binary format. */
function probe(...body: number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[0x01, 5, 1, 0x60, 0, 1, 0x7b],
    ...[0x03, 2, 1, 0],
    ...[0x0a, code.length + 2, 1, code.length, ...code],
  ]);
}

const ZERO = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const SIMD_PROBE = probe(...ZERO);
const RELAXED_PROBE = probe(...ZERO, ...ZERO, ...ZERO, 0xfd, 0x85, 0x02); // f32x4.relaxed_madd
