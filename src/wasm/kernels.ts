/** The typed ABI of the compiled kernels, and their instantiation. docs/kernel-contract.md says what each one computes. */

import { instantiate } from "@assemblyscript/loader";
import { fetchBinary } from "#platform";
import type { Variant } from "./variant.js";

/** A byte address in linear memory. */
export type Pointer = number;

/** The exports of every binary. `…Ptr` are byte addresses, counts and leading dimensions are in elements. */
export interface Kernels extends Record<string, unknown> {
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    aPtr: Pointer,
    lda: number,
    bPtr: Pointer,
    ldb: number,
    beta: number,
    cPtr: Pointer,
    ldc: number,
    team: Pointer,
  ): void;
  transpose(m: number, n: number, aPtr: Pointer, lda: number, bPtr: Pointer, ldb: number): void;

  denseForward(
    batch: number,
    inputs: number,
    outputs: number,
    xPtr: Pointer,
    weightsPtr: Pointer,
    biasPtr: Pointer,
    yPtr: Pointer,
    team: Pointer,
  ): void;
  denseWeightGradient(
    batch: number,
    inputs: number,
    outputs: number,
    alpha: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    accumulate: boolean,
    weightsPtr: Pointer,
    team: Pointer,
  ): void;
  denseInputGradient(
    batch: number,
    inputs: number,
    outputs: number,
    gradOutputPtr: Pointer,
    weightsPtr: Pointer,
    gradInputPtr: Pointer,
    team: Pointer,
  ): void;

  biasAdd(m: number, n: number, biasPtr: Pointer, yPtr: Pointer): void;
  biasGradient(
    m: number,
    n: number,
    alpha: number,
    gradOutputPtr: Pointer,
    accumulate: boolean,
    biasPtr: Pointer,
  ): void;
  reluForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  reluBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;

  softmax(m: number, n: number, xPtr: Pointer, yPtr: Pointer): void;
  logSoftmax(m: number, n: number, xPtr: Pointer, yPtr: Pointer): void;
  softmaxCrossEntropy(
    m: number,
    n: number,
    logitsPtr: Pointer,
    labelsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  argmaxRows(m: number, n: number, xPtr: Pointer, indicesPtr: Pointer): void;
  exp(n: number, xPtr: Pointer, yPtr: Pointer): void;

  gatherRows(m: number, n: number, indicesPtr: Pointer, xPtr: Pointer, yPtr: Pointer): void;
  gatherByteRows(m: number, n: number, scale: number, indicesPtr: Pointer, xPtr: Pointer, yPtr: Pointer): void;
  scale(n: number, alpha: number, xPtr: Pointer): void;
  axpy(n: number, alpha: number, xPtr: Pointer, yPtr: Pointer): void;
  sum(n: number, xPtr: Pointer): number;

  multiplyAddPeak(n: number, xPtr: Pointer): void;

  heapBase(): Pointer;
  teamBytes(): number;
  workBytes(): number;
  initTeam(team: Pointer, threads: number, tile: number, workPtr: Pointer): void;
}

// Literal URLs: bundlers find the binaries by them. They are the same seen from src/wasm/ and from build/wasm/.
const BINARY_URLS: Record<Variant, () => URL> = {
  simd: () => new URL("../../build/simd.wasm", import.meta.url),
  relaxed: () => new URL("../../build/relaxed.wasm", import.meta.url),
};

/** The binary's exports over `memory`, as the WebAssembly instance has them: a call costs no more than the call. */
export async function instantiateKernels(variant: Variant, memory: WebAssembly.Memory): Promise<Kernels> {
  const binary = await fetchBinary(BINARY_URLS[variant]());
  // The loader's own, "demangled" exports cost three times a direct call.
  const { instance } = await instantiate<Kernels>(binary, { env: { memory } });
  return instance.exports as unknown as Kernels;
}
