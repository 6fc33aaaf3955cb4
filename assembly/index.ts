// The ABI: every kernel a host may call. Pointers are byte addresses, counts are elements; see docs/kernel-contract.md.

export { biasAdd, biasGradient } from "./bias";
export {
  denseForward, denseInputGradient, denseWeightGradient,
} from "./dense";
export { axpy, scale } from "./elementwise";
export { exp } from "./exponential";
export { gatherByteRows, gatherRows } from "./gather";
export { gemm } from "./gemm";
export { absoluteError, binaryCrossEntropy, huber, squaredError, weightedCrossEntropy } from "./losses";
export { multiplyAddPeak } from "./peak";
export { sum } from "./reduce";
export { reluBackward, reluForward } from "./relu";
export { argmaxRows, logSoftmax, softmax, softmaxCrossEntropy } from "./softmax";
export { compressRows, expandRows, sparseForward, sparseWeightGradient } from "./sparse";
export { endTeam, heapBase, initTeam, progressOf, serve, teamBytes, workBytes } from "./team";
export { transpose } from "./transpose";
