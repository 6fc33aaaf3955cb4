// The ABI: every kernel a host may call. Pointers are byte addresses, counts are elements; see docs/kernel-contract.md.

export {
  eluBackward, eluForward, leakyReluBackward, leakyReluForward, sigmoidBackward, sigmoidForward, siluBackward, siluForward,
  softplusBackward, softplusForward, tanhBackward, tanhForward,
} from "./activations";
export { batchNormBackward, batchNormForward, batchNormInverse, batchNormStatistics } from "./batch-norm";
export { biasAdd, biasGradient } from "./bias";
export { firstOutside, firstUnnormalized, floatsFromLabels, labelsFromFloats } from "./checks";
export { compressRows, expandRows } from "./compress";
export {
  denseForward, denseInputGradient, denseWeightGradient,
} from "./dense";
export { dropout } from "./dropout";
export { axpy, scale } from "./elementwise";
export { exp } from "./exponential";
export { gatherByteRows, gatherRows } from "./gather";
export { geluBackward, geluForward, geluTanhBackward, geluTanhForward } from "./gelu";
export { gemm } from "./gemm";
export { layerNormBackward, layerNormForward } from "./layer-norm";
export { absoluteError, binaryCrossEntropy, huber, squaredError, weightedCrossEntropy } from "./losses";
export { sumOfSquares } from "./norm";
export { adagradStep, adamStep, rmspropStep, sgdStep } from "./optimizers";
export { multiplyAddPeak } from "./peak";
export { sum } from "./reduce";
export { reluBackward, reluForward } from "./relu";
export { argmaxRows, logSoftmax, softmax, softmaxCrossEntropy } from "./softmax";
export { sparseForward, sparseWeightGradient } from "./sparse";
export { endTeam, heapBase, initTeam, progressOf, serve, teamBytes, workBytes } from "./team";
export { transpose } from "./transpose";
