/// <reference lib="esnext.disposable" preserve="true" />
/** simdgrad: training of dense neural networks on the CPU. */

export { type Class, uniqueLabels } from "./classes.js";
export { type CsrData, CsrMatrix } from "./csr.js";
export type { Chunks } from "./data/chunks.js";
export type { ColumnOptions } from "./data/column-options.js";
export { Dataset, type DatasetOptions } from "./data/dataset.js";
export { iterateMinibatches, type Minibatch, type MinibatchOptions } from "./data/minibatches.js";
export {
  type LeftOutColumn,
  Preprocessor,
  type PreprocessorConfig,
  type PreprocessorOptions,
  type Scaling,
  type TargetTask,
} from "./data/preprocessing.js";
export type {
  CategoricalFeature,
  ConstantColumn,
  Cycle,
  DateFeature,
  Feature,
  NumericFeature,
} from "./data/preprocessor-config.js";
export type { DataSource, SparseSource } from "./data/source.js";
export { type Split, splitRows } from "./data/split.js";
export { type Rows, Subset } from "./data/subset.js";
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
} from "./data/table.js";
export { type TrainTestSplitOptions, trainTestSplit } from "./data/train-test-split.js";
export type { Decimal, Thousands } from "./data/written-number.js";
export { createEngine, type Engine, type FiniteOptions } from "./engine.js";
export type { EngineInfo, EngineOptions } from "./engine-options.js";
export {
  DisposedError,
  DivergenceError,
  FormatError,
  LoadError,
  NotFittedError,
  ShapeError,
  WorkerError,
} from "./errors.js";

export { MLPClassifier } from "./estimators/mlp-classifier.js";
export type { MLPOptions } from "./estimators/mlp-options.js";
export { MLPRegressor } from "./estimators/mlp-regressor.js";
export type { CheckedSamples, Samples } from "./estimators/samples.js";
export type { EvaluateOptions, Evaluation } from "./evaluation.js";
export { loadModel, serializeModel } from "./formats/model.js";
export { type NpyArray, type NpyData, parseNpy, serializeNpy } from "./formats/npy.js";
export { loadWeights, serializeWeights, type WeightLayout, type WeightsOptions } from "./formats/weights.js";
export { checkGradients, type GradientCheck, type GradientCheckOptions, type LossToCheck } from "./gradient-check.js";
export { constant, type Initializer, type InitializerName, initializers } from "./initializers.js";
export { BatchNorm, type BatchNormOptions } from "./layers/batch-norm.js";
export { Dense, type DenseOptions } from "./layers/dense.js";
export { Dropout } from "./layers/dropout.js";
export { ELU, type ELUOptions } from "./layers/elu.js";
export { GELU, type GELUOptions } from "./layers/gelu.js";
export { Layer, type LayerConfig } from "./layers/layer.js";
export { LayerNorm, type LayerNormOptions } from "./layers/layer-norm.js";
export { LeakyReLU, type LeakyReLUOptions } from "./layers/leaky-relu.js";
export { ReLU } from "./layers/relu.js";
export { Sigmoid } from "./layers/sigmoid.js";
export { SiLU } from "./layers/silu.js";
export { Softplus } from "./layers/softplus.js";
export { Tanh } from "./layers/tanh.js";
export { BinaryCrossEntropy, type BinaryCrossEntropyOptions } from "./losses/binary-cross-entropy.js";
export { Loss, type LossConfig, type Reduction, type Targets } from "./losses/loss.js";
export {
  HalfSquaredError,
  Huber,
  type HuberOptions,
  MeanAbsoluteError,
  MeanSquaredError,
  type RegressionLossOptions,
} from "./losses/regression.js";
export {
  gradSoftmaxCrossEntropyWithLogits,
  SoftmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
  softmaxCrossEntropyWithLogits,
} from "./losses/softmax-cross-entropy.js";
export { ByteMatrix, Labels, Matrix, MatrixBuffer } from "./matrix.js";
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
export { Network, type NetworkOptions } from "./network.js";
export { Adagrad, type AdagradOptions } from "./optimizers/adagrad.js";
export { Adam, type AdamOptions, AdamW } from "./optimizers/adam.js";
export { createOptimizer } from "./optimizers/create.js";
export type { GradientTerms, OptimizerOptions } from "./optimizers/kernel-optimizer.js";
export { Optimizer, type OptimizerConfig, type OptimizerState } from "./optimizers/optimizer.js";
export { RMSProp, type RMSPropOptions } from "./optimizers/rmsprop.js";
export { SGD, type SGDOptions } from "./optimizers/sgd.js";
export { type GradientDestination, Parameter, type State } from "./parameter.js";
export { Random, type RandomState } from "./random.js";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./schedules/cosine.js";
export { createSchedule } from "./schedules/create.js";
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type ExponentialLROptions,
  StepLR,
  type StepLROptions,
} from "./schedules/decay.js";
export { OneCycleLR, type OneCycleLROptions } from "./schedules/one-cycle.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./schedules/plateau.js";
export {
  Schedule,
  type ScheduleConfig,
  type ScheduleInterval,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedules/schedule.js";
export type { StateDict } from "./state-dict.js";
export { type EpochReport, type FitOptions, fit, type Progress } from "./trainer.js";
export type { Callback, CallbackState, Outcome, RunPlan, RunView } from "./training/callbacks.js";
export {
  type CheckpointContents,
  loadCheckpoint,
  type RandomStates,
  saveCheckpoint,
  type TrainingPosition,
} from "./training/checkpoint.js";
export { Checkpoint, type CheckpointOptions, type CheckpointPosition } from "./training/checkpoint-callback.js";
export { EarlyStopping, type EarlyStoppingOptions } from "./training/early-stopping.js";
export { History } from "./training/history.js";
export { CsvLogger, JsonlLogger, type LoggerOptions } from "./training/loggers.js";
export type { MonitorOptions } from "./training/monitor.js";
export type { Metric } from "./training/report.js";
export type { TrainingRun } from "./training/run.js";
export type { LearningRateSchedule } from "./training/schedule.js";
export type { ClassWeights } from "./training/weights.js";
export type { TurnOptions } from "./turns.js";
export type { BinaryName, BinaryOptions, PerBinary } from "./wasm/binaries.js";
export type { Kernels, Pointer } from "./wasm/kernels.js";
export type { LinearMemory } from "./wasm/memory.js";
export type { ThreadWorker } from "./wasm/thread-worker.js";
export type { Tile } from "./wasm/tile.js";
export type { Variant } from "./wasm/variant.js";
