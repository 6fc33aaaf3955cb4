/** TableSession: the worker's table, and the session that trains on it. */

import { errorsInUnit, testAndPredict } from "../../../src/app/evaluation.js";
import { type ParsedModel, parseModel } from "../../../src/app/model-file.js";
import { tableModel } from "../../../src/app/model-kinds.js";
import { predictAll, predictionCsv, predictionTable } from "../../../src/app/prediction.js";
import { DIGIT_DEFAULTS } from "../../../src/app/settings/page-settings.js";
import { SETTINGS } from "../../../src/app/settings/schema.js";
import { TableTask } from "../../../src/app/table-task.js";
import type { PlacedData } from "../../../src/app/task.js";
import { weightsHash } from "../../../src/app/weights-hash.js";
import {
  type Dataset,
  type Engine,
  loadCheckpoint,
  type Matrix,
  type Network,
  type Preprocessor,
  type Table,
  type TargetTask,
} from "../../../src/index.js";
import type { WorkerEvent } from "../../protocol/run.js";
import type {
  GivenFile,
  OpenedTableModel,
  PlanePrediction,
  PlaneView,
  Predictions,
  StartedRun,
  TableCalls,
  TableResult,
  TableStart,
  TableView,
  TaskView,
} from "../../protocol/tables.js";
import { Session } from "../session.js";
import { sha256 } from "../sha256.js";
import { gridInputs, predictPlane, viewPlane } from "./plane.js";
import { readTable, viewTable } from "./table-file.js";

type Argument<N extends keyof TableCalls> = Parameters<TableCalls[N]>[0];

/** The command's default splits. */
const SPLITS = {
  testSplit: SETTINGS.testSplit.defaults?.table as number,
  validationSplit: SETTINGS.validationSplit.defaults?.table as number,
};

/** The preprocessing of the current network's tables, and the plane of the rows that it was trained on. */
interface Model {
  readonly preprocessor: Preprocessor;
  /** How its table is read. */
  readonly reading: ParsedModel["reading"];
  readonly plane?: PlaneView | undefined;
}

export class TableSession {
  readonly session: Session<TableTask>;
  #table: Table | undefined;
  #name = "";
  /** The task of the next run, by target, task and seed. */
  #prepared: { readonly key: string; readonly task: TableTask } | undefined;
  #model: Model | undefined;
  /** The plane's grid in the engine's memory, by its size. */
  #grid: { readonly size: number; readonly inputs: Matrix } | undefined;

  constructor(send: (event: WorkerEvent) => void) {
    this.session = new Session(send);
  }

  /** Replaces the table. The network stays until the next run. @throws FormatError */
  async openTable(file: GivenFile): Promise<TableView> {
    const table = await readTable(file);
    const view = viewTable(table, file.name);
    this.#table = table;
    this.#prepared = undefined;
    this.#name = file.name;
    return view;
  }

  /** @throws RangeError for a column that cannot be learned */
  describe({ target, task, seed }: Argument<"describe">): TaskView {
    return viewTask(this.#prepare(target, task, seed).preprocessor);
  }

  /**
   * Starts a run on a new network. Events tell when it ends.
   *
   * @throws as `createEngine`, `Network` and `fit`; then the previous network stays
   */
  start({ step, ...wanted }: Argument<"start">): Promise<StartedRun> {
    const { settings, pace } = wanted;
    return this.#take(wanted, (task) => this.session.start(settings, task, { pace, batches: step ? 1 : undefined }));
  }

  /** Restores a checkpoint's run without resuming it. @throws as `start`, and FormatError */
  async restore({ checkpoint, ...wanted }: Argument<"restore">): Promise<StartedRun & { readonly hash: string }> {
    const resume = loadCheckpoint(checkpoint);
    const { settings, pace } = wanted;
    const started = await this.#take(wanted, (task) => this.session.restore(settings, task, resume, { pace }));
    return { ...started, hash: await weightsHash(this.session.network.stateDict(), sha256) };
  }

  /** @throws Error without a run whose table has two features */
  plane({ size }: Argument<"plane">): PlanePrediction {
    const { preprocessor, plane } = this.#present;
    const { network } = this.session;
    if (!plane) throw new Error("there is no plane: expected exactly two numeric features");
    if (this.#grid?.size !== size) {
      this.#grid?.inputs.dispose();
      this.#grid = { size, inputs: network.engine.matrix(size * size, 2, gridInputs(preprocessor, plane, size)) };
    }
    return predictPlane(network, preprocessor, this.#grid.inputs);
  }

  /** @throws Error before the first run */
  result(): TableResult {
    const { network, task, data } = this.session;
    return testNetwork(network, task, data);
  }

  /** @throws FormatError for a file without the model's columns; Error without a model */
  async predict(file: Argument<"predict">): Promise<Predictions> {
    const { preprocessor, reading } = this.#present;
    const { network } = this.session;
    const table = file ? await readTable(file, { ...reading, ...preprocessor.readOptions() }) : this.#opened;
    const unknown = preprocessor.countUnknown(table);
    const data = network.engine.dataset(preprocessor.inputSource(table), { sparse: preprocessor.sparse });
    try {
      const text = predictionCsv(predictionTable(predictAll(network, data), preprocessor), true);
      const stem = (file?.name ?? this.#name).replace(/\.[^.]*$/, "");
      const saved = { name: `${stem}-predictions.csv`, bytes: new TextEncoder().encode(text) };
      return { file: saved, rows: table.rows, unknown };
    } finally {
      data.dispose();
    }
  }

  /** The metadata that the command's `predict`, `evaluate` and `info` read from a model file. @throws Error without a model */
  get metadata(): Readonly<Record<string, string>> {
    const { config } = this.#present.preprocessor;
    return { task: config.task, preprocessing: JSON.stringify(config) };
  }

  /** Replaces the current network by a model's. @throws FormatError unless it is a table's; then the previous network stays */
  async openModel({ name, data }: GivenFile): Promise<OpenedTableModel> {
    const bytes = new Uint8Array(await data.arrayBuffer());
    const settings = { ...DIGIT_DEFAULTS, threads: 1 };
    let model: Model | undefined;
    const engine = await this.session.replace(settings, undefined, (workplace) => {
      const { network, preprocessor, reading } = tableModel(parseModel(workplace.engine, bytes, name), name);
      model = { preprocessor, reading };
      return { network, settings };
    });
    const { preprocessor } = this.#adopt(model as unknown as Model);
    const features = preprocessor.config.features.map((feature) => feature.name);
    return { ...viewTask(preprocessor), name, features, engine: engine.info() };
  }

  get #opened(): Table {
    if (this.#table) return this.#table;
    throw new Error("there is no table yet: open one");
  }

  get #present(): Model {
    if (this.#model) return this.#model;
    throw new Error("there is no network yet: train one, or open a model");
  }

  /** Starts or restores a run on the open table. */
  async #take(
    { settings, target, task: wanted }: TableStart,
    begin: (task: TableTask) => Promise<Engine>,
  ): Promise<StartedRun> {
    const task = this.#prepare(target, wanted, settings.seed);
    const { preprocessor, rows } = task;
    const { training, validation, test } = task.parts;
    if (!validation || !test) throw new RangeError("table: expected rows to validate and to test with");
    const plane = viewPlane(preprocessor, training, [validation, test]);
    // The run takes the task's rows.
    this.#prepared = undefined;
    const engine = await begin(task);
    this.#adopt({ preprocessor, reading: {}, plane });
    return { ...viewTask(preprocessor), engine: engine.info(), rows, ...(plane && { plane }) };
  }

  /** Splits the table and fits the preprocessing, unless that was done for the preview. @throws as `TableTask` */
  #prepare(target: string, task: TargetTask | undefined, seed: number): TableTask {
    if (this.#prepared?.key !== keyOf(target, task, seed)) {
      const found = new TableTask(this.#opened, target, { task, seed, ...SPLITS });
      this.#prepared = { key: keyOf(target, found.task, seed), task: found };
    }
    return this.#prepared.task;
  }

  /** Adopts a model. The previous engine is gone, and the grid in it. */
  #adopt(model: Model): Model {
    this.#grid = undefined;
    this.#model = model;
    return model;
  }
}

function keyOf(target: string, task: TargetTask | undefined, seed: number): string {
  return JSON.stringify([target, task, seed]);
}

function viewTask({ inputs, leftOut, config: { target, task, classes } }: Preprocessor): TaskView {
  return { target, task, inputs, leftOut, outputs: classes?.length ?? 1, ...(classes && { classes }) };
}

/** Tests the network on the held-out rows. */
function testNetwork(network: Network, { classes, target }: TableTask, data: PlacedData): TableResult {
  const test = data.test as Dataset;
  const { test: found, predictions } = testAndPredict(network, test, classes);
  const { loss, accuracy = 0, confusion = [], r2 = 0 } = found;
  if (classes) return { task: "classification", classes, accuracy, loss, confusion };
  const actual = Float64Array.from(target?.test ?? []);
  const predicted = Float64Array.from(target?.restore(predictions.values ?? []) ?? []);
  return { task: "regression", r2, ...errorsInUnit(found, target), actual, predicted };
}
