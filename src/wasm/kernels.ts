/** The typed ABI of the compiled kernels, and their instantiation. docs/kernel-contract.md says what each one computes. */

import { instantiate } from "@assemblyscript/loader";
import type { WebAssemblyMemoryLike, WebAssemblyModuleLike } from "../checks/platform-types.js";

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

  sparseForward(
    batch: number,
    inputs: number,
    outputs: number,
    startsPtr: Pointer,
    endsPtr: Pointer,
    indicesPtr: Pointer,
    valuesPtr: Pointer,
    weightsPtr: Pointer,
    biasPtr: Pointer,
    yPtr: Pointer,
    team: Pointer,
  ): void;
  sparseWeightGradient(
    batch: number,
    inputs: number,
    outputs: number,
    alpha: number,
    startsPtr: Pointer,
    endsPtr: Pointer,
    indicesPtr: Pointer,
    valuesPtr: Pointer,
    gradOutputPtr: Pointer,
    accumulate: boolean,
    weightsPtr: Pointer,
    team: Pointer,
  ): void;
  compressRows(
    rows: number,
    columns: number,
    xPtr: Pointer,
    first: number,
    limit: number,
    startsPtr: Pointer,
    endsPtr: Pointer,
    indicesPtr: Pointer,
    valuesPtr: Pointer,
  ): number;
  expandRows(
    rows: number,
    columns: number,
    startsPtr: Pointer,
    endsPtr: Pointer,
    indicesPtr: Pointer,
    valuesPtr: Pointer,
    yPtr: Pointer,
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

  leakyReluForward(n: number, slope: number, xPtr: Pointer, yPtr: Pointer): void;
  leakyReluBackward(n: number, slope: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  eluForward(n: number, alpha: number, xPtr: Pointer, yPtr: Pointer): void;
  eluBackward(n: number, alpha: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  geluForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  geluBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  geluTanhForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  geluTanhBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  sigmoidForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  sigmoidBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  siluForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  siluBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  softplusForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  softplusBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  tanhForward(n: number, xPtr: Pointer, yPtr: Pointer): void;
  tanhBackward(n: number, xPtr: Pointer, gradOutputPtr: Pointer, gradInputPtr: Pointer): void;
  dropout(n: number, threshold: number, scale: number, key: number, key2: number, xPtr: Pointer, yPtr: Pointer): void;

  batchNormStatistics(
    m: number,
    n: number,
    epsilon: number,
    momentum: number,
    xPtr: Pointer,
    meanPtr: Pointer,
    inversePtr: Pointer,
    runningMeanPtr: Pointer,
    runningVariancePtr: Pointer,
  ): void;
  batchNormInverse(n: number, epsilon: number, variancePtr: Pointer, inversePtr: Pointer): void;
  batchNormForward(
    m: number,
    n: number,
    xPtr: Pointer,
    meanPtr: Pointer,
    inversePtr: Pointer,
    gammaPtr: Pointer,
    betaPtr: Pointer,
    yPtr: Pointer,
  ): void;
  batchNormBackward(
    m: number,
    n: number,
    ofBatch: boolean,
    xPtr: Pointer,
    meanPtr: Pointer,
    inversePtr: Pointer,
    gammaPtr: Pointer,
    gradOutputPtr: Pointer,
    gradGammaPtr: Pointer,
    gradBetaPtr: Pointer,
    gradInputPtr: Pointer,
  ): void;
  layerNormForward(
    m: number,
    n: number,
    epsilon: number,
    xPtr: Pointer,
    gammaPtr: Pointer,
    betaPtr: Pointer,
    meanPtr: Pointer,
    inversePtr: Pointer,
    yPtr: Pointer,
  ): void;
  layerNormBackward(
    m: number,
    n: number,
    xPtr: Pointer,
    meanPtr: Pointer,
    inversePtr: Pointer,
    gammaPtr: Pointer,
    gradOutputPtr: Pointer,
    sumsPtr: Pointer,
    gradGammaPtr: Pointer,
    gradBetaPtr: Pointer,
    gradInputPtr: Pointer,
  ): void;

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
  weightedCrossEntropy(
    m: number,
    n: number,
    logitsPtr: Pointer,
    labelsPtr: Pointer,
    targetsPtr: Pointer,
    classWeightsPtr: Pointer,
    smoothing: number,
    weightsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  binaryCrossEntropy(
    m: number,
    n: number,
    logitsPtr: Pointer,
    targetsPtr: Pointer,
    positiveWeightsPtr: Pointer,
    weightsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  squaredError(
    m: number,
    n: number,
    outputsPtr: Pointer,
    targetsPtr: Pointer,
    weightsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  absoluteError(
    m: number,
    n: number,
    outputsPtr: Pointer,
    targetsPtr: Pointer,
    weightsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  huber(
    m: number,
    n: number,
    delta: number,
    outputsPtr: Pointer,
    targetsPtr: Pointer,
    weightsPtr: Pointer,
    scale: number,
    lossesPtr: Pointer,
    gradPtr: Pointer,
  ): void;
  argmaxRows(m: number, n: number, xPtr: Pointer, indicesPtr: Pointer): void;
  exp(n: number, xPtr: Pointer, yPtr: Pointer): void;

  firstOutside(n: number, least: number, most: number, xPtr: Pointer): number;
  firstUnnormalized(m: number, n: number, tolerance: number, xPtr: Pointer): number;
  labelsFromFloats(n: number, classes: number, xPtr: Pointer, labelsPtr: Pointer): number;
  floatsFromLabels(n: number, labelsPtr: Pointer, yPtr: Pointer): void;

  gatherRows(m: number, n: number, indicesPtr: Pointer, xPtr: Pointer, yPtr: Pointer): void;
  gatherByteRows(m: number, n: number, scale: number, indicesPtr: Pointer, xPtr: Pointer, yPtr: Pointer): void;
  scale(n: number, alpha: number, xPtr: Pointer): void;
  axpy(n: number, alpha: number, xPtr: Pointer, yPtr: Pointer): void;
  sum(n: number, xPtr: Pointer): number;

  sgdStep(
    n: number,
    weightsPtr: Pointer,
    gradientPtr: Pointer,
    velocityPtr: Pointer,
    scale: number,
    limit: number,
    l2: number,
    l1: number,
    rate: number,
    momentum: number,
    gain: number,
    nesterov: boolean,
    team: Pointer,
  ): void;
  rmspropStep(
    n: number,
    weightsPtr: Pointer,
    gradientPtr: Pointer,
    squaresPtr: Pointer,
    meansPtr: Pointer,
    velocityPtr: Pointer,
    scale: number,
    limit: number,
    l2: number,
    l1: number,
    rate: number,
    alpha: number,
    gain: number,
    epsilon: number,
    momentum: number,
    team: Pointer,
  ): void;
  adagradStep(
    n: number,
    weightsPtr: Pointer,
    gradientPtr: Pointer,
    squaresPtr: Pointer,
    scale: number,
    limit: number,
    l2: number,
    l1: number,
    rate: number,
    epsilon: number,
    team: Pointer,
  ): void;
  adamStep(
    n: number,
    weightsPtr: Pointer,
    gradientPtr: Pointer,
    meansPtr: Pointer,
    squaresPtr: Pointer,
    scale: number,
    limit: number,
    l2: number,
    l1: number,
    rate: number,
    keep: number,
    beta1: number,
    gain1: number,
    beta2: number,
    gain2: number,
    correction: number,
    epsilon: number,
    team: Pointer,
  ): void;
  sumOfSquares(n: number, xPtr: Pointer, team: Pointer): number;

  multiplyAddPeak(n: number, xPtr: Pointer): void;

  heapBase(): Pointer;
  teamBytes(): number;
  workBytes(): number;
  progressOf(team: Pointer, thread: number): Pointer;
  endTeam(team: Pointer): void;
  initTeam(team: Pointer, threads: number, tile: number, workPtr: Pointer): void;
}

/**
 * Instantiates a binary over `memory` and returns the instance's own exports, which are the fastest to call.
 *
 * @param awaitParts called by kernels while they wait for other threads
 */
export async function instantiateKernels(
  module: WebAssemblyModuleLike,
  memory: WebAssemblyMemoryLike,
  awaitParts: (job: number) => void = () => {},
): Promise<Kernels> {
  // A call of the loader's "demangled" exports takes three times as long.
  const env = { memory: memory as WebAssembly.Memory };
  const { instance } = await instantiate<Kernels>(module, { env, host: { awaitParts } });
  return instance.exports as unknown as Kernels;
}
