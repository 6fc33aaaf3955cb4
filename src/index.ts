/** simdgrad: training of dense neural networks on the CPU. */

export {
  DisposedError,
  DivergenceError,
  FormatError,
  LoadError,
  NotFittedError,
  ShapeError,
  WorkerError,
} from "./checks/errors.js";
export type { AbortSignalLike, URLLike } from "./checks/platform-types.js";
export { createEngine, type Engine, type FiniteOptions } from "./create-engine.js";
export { type Class, uniqueLabels } from "./dataset/classes.js";
export type { DataSource, SparseSource } from "./dataset/data-source.js";
export { Dataset, type DatasetOptions } from "./dataset/dataset.js";
export { iterateMinibatches, type Minibatch, type MinibatchOptions } from "./dataset/minibatches.js";
export { type Rows, Subset } from "./dataset/rows.js";
export { type Split, splitRows } from "./dataset/split-rows.js";
export { type TrainTestSplitOptions, trainTestSplit } from "./dataset/train-test-split.js";
export { MatrixBuffer } from "./engine/buffers.js";
export { ByteMatrix } from "./engine/byte-matrix.js";
export { CsrMatrix } from "./engine/csr.js";
export type { CsrData } from "./engine/csr-data.js";
export type { EngineInfo, EngineOptions } from "./engine/engine-options.js";
export { Labels } from "./engine/labels.js";
export { Matrix } from "./engine/matrix.js";
export { Random, type RandomState } from "./engine/random.js";
export type { AsyncOptions } from "./event-loop.js";
export { loadModel, serializeModel } from "./formats/model.js";
export { type NpyArray, type NpyData, parseNpy, serializeNpy } from "./formats/npy.js";
export { loadWeights, serializeWeights, type WeightLayout, type WeightsOptions } from "./formats/weights.js";
export {
  type Average,
  f1Score,
  precisionScore,
  recallScore,
  type ScoreOptions,
} from "./metrics/average-scores.js";
export {
  type ClassScores,
  type ClassScoresOptions,
  classScores,
  precisionRecallF1,
  type Scores,
} from "./metrics/class-scores.js";
export { accuracyScore, type ConfusionOptions, confusionMatrix } from "./metrics/classification.js";
export { type LogLossOptions, logLoss, type TopKOptions, topKAccuracyScore } from "./metrics/probabilities.js";
export { meanAbsoluteError, meanSquaredError, r2Score } from "./metrics/regression.js";
export type { ScoreRows } from "./metrics/score-rows.js";
export { createOptimizer, createSchedule } from "./network/catalogue.js";
export type { EvaluateOptions, Evaluation, Predictions } from "./network/evaluation.js";
export {
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  type LossToCheck,
} from "./network/gradient-check.js";
export { constant, type Initializer, type InitializerName, initializers } from "./network/initializers.js";
export * from "./network/layers/activations.js";
export { BatchNorm, type BatchNormOptions } from "./network/layers/batch-norm.js";
export { Dense, type DenseOptions } from "./network/layers/dense.js";
export { Dropout } from "./network/layers/dropout.js";
export { Layer, type LayerConfig } from "./network/layers/layer.js";
export { LayerNorm, type LayerNormOptions } from "./network/layers/layer-norm.js";
export { BinaryCrossEntropy, type BinaryCrossEntropyOptions } from "./network/losses/binary-cross-entropy.js";
export { Loss, type LossConfig, type Reduction } from "./network/losses/loss.js";
export * from "./network/losses/regression.js";
export {
  gradSoftmaxCrossEntropyWithLogits,
  SoftmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
  softmaxCrossEntropyWithLogits,
} from "./network/losses/softmax-cross-entropy.js";
export type { Targets } from "./network/losses/targets.js";
export { Network, type NetworkOptions } from "./network/network.js";
export { Adagrad, type AdagradOptions } from "./network/optimizers/adagrad.js";
export { Adam, type AdamOptions, AdamW } from "./network/optimizers/adam.js";
export type { GradientTerms, OptimizerOptions } from "./network/optimizers/kernel-optimizer.js";
export { Optimizer, type OptimizerConfig, type OptimizerState } from "./network/optimizers/optimizer.js";
export { RMSProp, type RMSPropOptions } from "./network/optimizers/rmsprop.js";
export { SGD, type SGDOptions } from "./network/optimizers/sgd.js";
export { type DirectStep, type GradientDestination, Parameter, type State } from "./network/parameter.js";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./network/schedules/cosine.js";
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type ExponentialLROptions,
  StepLR,
  type StepLROptions,
} from "./network/schedules/decay.js";
export { OneCycleLR, type OneCycleLROptions } from "./network/schedules/one-cycle.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./network/schedules/plateau.js";
export {
  Schedule,
  type ScheduleConfig,
  type ScheduleInterval,
  type ScheduleOptions,
  type ScheduleState,
} from "./network/schedules/schedule.js";
export type { StateDict } from "./network/state-dict.js";
export type { Chunks } from "./tables/chunks.js";
export type { ColumnOptions } from "./tables/column-options.js";
export {
  type LeftOutColumn,
  Preprocessor,
  type PreprocessorConfig,
  type PreprocessorOptions,
  type Scaling,
  type TargetTask,
} from "./tables/preprocessor.js";
export type {
  CategoricalFeature,
  ConstantColumn,
  Cycle,
  DateFeature,
  Feature,
  NumericFeature,
} from "./tables/preprocessor-config.js";
export {
  type CategoricalColumn,
  type Column,
  type ColumnKind,
  categoricalColumn,
  type DateColumn,
  findColumn,
  type MissingTexts,
  type NumericColumn,
  selectRows,
  type Table,
  type TableOrigin,
  textAt,
} from "./tables/table.js";
export type { Decimal, Thousands } from "./tables/written-number.js";
export type { Callback, Outcome, RunPlan, RunView } from "./training/callbacks/callbacks.js";
export {
  Checkpoint,
  type CheckpointOptions,
  type CheckpointPosition,
} from "./training/callbacks/checkpoint-callback.js";
export { EarlyStopping, type EarlyStoppingOptions } from "./training/callbacks/early-stopping.js";
export { History } from "./training/callbacks/history.js";
export { CsvLogger, JsonlLogger, type LoggerOptions } from "./training/callbacks/loggers.js";
export type { MonitorOptions } from "./training/callbacks/monitor.js";
export { loadCheckpoint, saveCheckpoint } from "./training/checkpoint/checkpoint.js";
export type {
  CallbackState,
  CheckpointContents,
  RandomStates,
  TrainingPosition,
} from "./training/checkpoint/checkpoint-contents.js";
export type { Metric } from "./training/epoch-report.js";
export { type EpochReport, type FitOptions, fit, type Progress } from "./training/fit.js";
export type { LearningRateSchedule } from "./training/learning-rate.js";
export type { ClassWeights } from "./training/row-weights.js";
export type { TrainingRun } from "./training/training-run.js";
export type { BinaryOptions, PerBinary } from "./wasm/binaries.js";
export type { Kernels, Pointer } from "./wasm/kernels.js";
export type { LinearMemory } from "./wasm/memory.js";
export type { ThreadWorker } from "./wasm/thread-worker.js";
export type { Tile } from "./wasm/tile.js";
export type { BinaryName, Variant } from "./wasm/variant.js";

// Over all of the above.

export { MLPClassifier } from "./estimators/mlp-classifier.js";
export type { MLPOptions } from "./estimators/mlp-options.js";
export { MLPRegressor } from "./estimators/mlp-regressor.js";
export type { CheckedSamples, Samples } from "./estimators/samples.js";
