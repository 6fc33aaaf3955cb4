// The ABI: every kernel a host may call. Pointers are byte addresses, counts are elements; see docs/kernel-contract.md.

export {
  eluBackward, eluForward, leakyReluBackward, leakyReluForward, sigmoidBackward, sigmoidForward, siluBackward, siluForward,
  softplusBackward, softplusForward, tanhBackward, tanhForward,
} from "./elements/activations";
export { batchNormBackward, batchNormForward, batchNormInverse, batchNormStatistics } from "./rows/batch-norm";
export { biasAdd, biasGradient } from "./rows/bias";
export { firstOutside, firstUnnormalized, floatsFromLabels, labelsFromFloats } from "./checks";
export { compressRows, expandRows } from "./products/compress";
export {
  denseForward, denseInputGradient, denseWeightGradient,
} from "./products/dense";
export { dropout } from "./elements/dropout";
export { axpy, scale } from "./elements/arithmetic";
export { exp } from "./elements/exponential";
export { gatherByteRows, gatherRows } from "./rows/gather";
export { geluBackward, geluForward, geluTanhBackward, geluTanhForward } from "./elements/gelu";
export { gemm } from "./products/gemm";
export { layerNormBackward, layerNormForward } from "./rows/layer-norm";
export { absoluteError, binaryCrossEntropy, huber, squaredError, weightedCrossEntropy } from "./rows/losses";
export { sumOfSquares } from "./steps/gradient-norm";
export { adagradStep, adamStep, rmspropStep, sgdStep } from "./steps/optimizers";
export { multiplyAddPeak } from "./runtime/peak";
export { sum } from "./rows/reduce";
export { reluBackward, reluForward } from "./elements/relu";
export { argmaxRows, logSoftmax, softmax, softmaxCrossEntropy } from "./rows/softmax";
export { sparseForward, sparseWeightGradient } from "./products/sparse";
export { endTeam, heapBase, initTeam, progressOf, serve, teamBytes, workBytes } from "./runtime/threads";
export { transpose } from "./products/transpose";
