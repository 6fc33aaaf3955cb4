/** TableSession: the worker's table, its parts in an engine's memory, and the network that learns a column of it. */

import Papa from "papaparse";
import { parseModel } from "../../../src/cli/model-file.js";
import { predictAll, predictionTable } from "../../../src/cli/prediction.js";
import { partTable, type TableParts } from "../../../src/cli/table-parts.js";
import { MOST_CONFUSION_CLASSES } from "../../../src/evaluation.js";
import {
  type CheckpointContents,
  createEngine,
  type Dataset,
  type Engine,
  FormatError,
  findColumn,
  type Matrix,
  MeanSquaredError,
  type Network,
  Preprocessor,
  type Table,
} from "../../../src/index.js";
import type {
  GivenFile,
  OpenedTableModel,
  PlanePrediction,
  PlaneView,
  Predictions,
  StartedRun,
  TableCalls,
  TableResult,
  TableView,
  TaskView,
} from "../../own-data/messages.js";
import type { SavedFile, WorkerEvent } from "../../protocol.js";
import { writeModel } from "../../run/model-file.js";
import { createNetwork } from "../../run/network.js";
import { DEFAULT_SETTINGS, engineOptions, type RunSettings } from "../../run/settings.js";
import { Training } from "../training.js";
import { gridInputs, predictPlane, viewPlane } from "./plane.js";
import { readTable, viewTable } from "./table-file.js";

type Argument<N extends keyof TableCalls> = Parameters<TableCalls[N]>[0];

/** Shares of all rows that are set aside, as the command line has them. */
const SPLITS = { testSplit: 0.2, validationSplit: 0.1 };

/** A network with what it needs to take rows of a table. */
interface Model {
  readonly engine: Engine;
  readonly network: Network;
  readonly preprocessor: Preprocessor;
  /** How its table is read. */
  readonly reading: ReturnType<typeof parseModel>["reading"];
}

/** What a run has in the engine's memory. */
interface Run {
  readonly parts: TableParts;
  readonly training: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  readonly plane: PlaneView | undefined;
  readonly seed: number;
}

export class TableSession {
  readonly #send: (event: WorkerEvent) => void;
  #table: Table | undefined;
  #name = "";
  #model: Model | undefined;
  #run: Run | undefined;
  #training: Training | undefined;
  #ended: Promise<void> = Promise.resolve();
  /** The plane's grid in the engine's memory, by its size. */
  #grid: { readonly size: number; readonly inputs: Matrix } | undefined;

  constructor(send: (event: WorkerEvent) => void) {
    this.#send = send;
  }

  /** @throws Error before the first */
  get training(): Training {
    if (this.#training) return this.#training;
    throw new Error("there is no run yet: start one");
  }

  /** Takes a table in place of the one before; the network stays until the next run. @throws FormatError */
  async openTable(file: GivenFile): Promise<TableView> {
    const table = await readTable(file);
    const view = viewTable(table, file.name);
    this.#table = table;
    this.#name = file.name;
    return view;
  }

  /** @throws RangeError for a column that cannot be learned */
  describe({ target, task }: Argument<"describe">): TaskView {
    return viewTask(Preprocessor.fit(this.#opened, target, task));
  }

  /** Begins a run on a new network in a new engine; its end is told by events. @throws as `createEngine`, `Network` and `fit` */
  async start({ settings, target, task, step, pace }: Argument<"start">): Promise<StartedRun> {
    const parts = partTable(this.#opened, target, { task, seed: settings.seed, ...SPLITS });
    const { training, validation, test } = parts as Required<TableParts>;
    if (!validation || !test) throw new RangeError("table: expected rows to validate and to test with");
    const preprocessor = Preprocessor.fit(training, target, task);
    await this.#close();
    const engine = await createEngine(engineOptions(settings));
    const { inputs, outputs, classes } = viewTask(preprocessor);
    const loss = classes ? undefined : new MeanSquaredError();
    const network = createNetwork(engine, settings, inputs, outputs, loss);
    const place = (table: Table) => engine.dataset(preprocessor.source(table), datasetOptions(preprocessor));
    this.#model = { engine, network, preprocessor, reading: {} };
    this.#run = {
      parts,
      training: place(training),
      validation: place(validation),
      test: place(test),
      plane: viewPlane(preprocessor, training, [validation, test]),
      seed: settings.seed,
    };
    this.#train(settings, { pace, ...(step && { batches: 1 }) });
    return {
      ...viewTask(preprocessor),
      engine: engine.info(),
      rows: { training: training.rows, validation: validation.rows, test: test.rows },
      ...(this.#run.plane && { plane: this.#run.plane }),
    };
  }

  /** Goes on with a run that has stopped or finished. @throws RangeError for fewer epochs than it has begun */
  async resume({ epochs }: Argument<"resume">): Promise<void> {
    await this.#ended;
    const { batchSize, pace = 0 } = this.training.plan;
    this.#train({ epochs, batch: batchSize }, { pace, resume: this.training.checkpoint() });
  }

  /** @throws Error without a run whose table has two features */
  plane({ size }: Argument<"plane">): PlanePrediction {
    const { engine, network, preprocessor } = this.#present;
    const plane = this.#run?.plane;
    if (!plane) throw new Error("there is no plane: the table has not two numeric features");
    if (this.#grid?.size !== size) {
      this.#grid?.inputs.dispose();
      this.#grid = { size, inputs: engine.matrix(size * size, 2, gridInputs(preprocessor, plane, size)) };
    }
    return predictPlane(network, preprocessor, this.#grid.inputs);
  }

  /** @throws Error before the first run */
  result(): TableResult {
    const { network, preprocessor } = this.#present;
    const { test, parts } = this.#begun;
    const { classes, target, targetScale = 1 } = preprocessor.config;
    const counts = classes !== undefined && classes.length <= MOST_CONFUSION_CLASSES;
    const found = network.evaluate(test, { confusion: counts });
    const { loss, accuracy = 0, confusion = [], r2 = 0, meanAbsoluteError = 0 } = found;
    if (classes) return { task: "classification", classes, accuracy, loss, confusion };
    const column = findColumn(parts.test as Table, target);
    const actual = column.kind === "numeric" ? column.values : new Float64Array(0);
    const predicted = Float64Array.from(preprocessor.restore(predictAll(network, test).values));
    const squares = predicted.reduce((sum, value, row) => sum + (value - (actual[row] as number)) ** 2, 0);
    const rmse = Math.sqrt(squares / predicted.length);
    return { task: "regression", r2, rmse, mae: meanAbsoluteError * targetScale, actual, predicted };
  }

  /** @throws FormatError for a file without the model's columns; Error without a model */
  async predict(file: Argument<"predict">): Promise<Predictions> {
    const { engine, network, preprocessor, reading } = this.#present;
    const table = file ? await readTable(file, { ...reading, ...preprocessor.readOptions() }) : this.#opened;
    const unknown = preprocessor.countUnknown(table);
    const data = engine.dataset(preprocessor.inputSource(table), { sparse: preprocessor.sparse });
    try {
      const { head, rows } = predictionTable(predictAll(network, data), preprocessor);
      const text = `${Papa.unparse([head, ...rows], { newline: "\n" })}\n`;
      const stem = (file?.name ?? this.#name).replace(/\.[^.]*$/, "");
      const saved = { name: `${stem}-predictions.csv`, bytes: new TextEncoder().encode(text) };
      return { file: saved, rows: table.rows, unknown };
    } finally {
      data.dispose();
    }
  }

  /** With what the command line's `predict`, `evaluate` and `info` need. @throws Error without a model */
  saveModel({ format }: Argument<"saveModel">): SavedFile {
    const { network, preprocessor } = this.#present;
    const { config } = preprocessor;
    const seed = String(this.#run?.seed ?? network.engine.info().seed);
    return writeModel(network, format, { task: config.task, preprocessing: JSON.stringify(config), seed });
  }

  /** Takes a model in place of the present network. @throws FormatError when it is none of a table; the one before stays */
  async openModel({ name, data }: GivenFile): Promise<OpenedTableModel> {
    const bytes = new Uint8Array(await data.arrayBuffer());
    const engine = await createEngine({ ...engineOptions(DEFAULT_SETTINGS), threads: 1 });
    try {
      const { network, preprocessor, reading } = parseModel(engine, bytes, name);
      if (!preprocessor) {
        throw new FormatError(`${name}: expected a model of a table, with its preprocessing, got one without`);
      }
      await this.#close();
      this.#model = { engine, network, preprocessor, reading };
      const features = preprocessor.config.features.map((feature) => feature.name);
      return { ...viewTask(preprocessor), name, features, engine: engine.info() };
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  get #opened(): Table {
    if (this.#table) return this.#table;
    throw new Error("there is no table yet: open one");
  }

  get #present(): Model {
    if (this.#model) return this.#model;
    throw new Error("there is no network yet: train one, or open a model");
  }

  get #begun(): Run {
    if (this.#run) return this.#run;
    throw new Error("there is no run yet: start one");
  }

  #train(
    { epochs, batch }: Pick<RunSettings, "epochs" | "batch">,
    more: { readonly pace: number; readonly batches?: number; readonly resume?: CheckpointContents },
  ): void {
    const { training: data, validation } = this.#begun;
    const { network } = this.#present;
    const batchSize = Math.min(batch, data.rows);
    this.#training = new Training({ network, data, validation, epochs, batchSize, ...more }, this.#send);
    this.#ended = this.#training.run();
  }

  /** Ends a run under way and frees everything but the table. */
  async #close(): Promise<void> {
    this.#training?.stop();
    await this.#ended;
    this.#model?.engine.dispose();
    this.#training = undefined;
    this.#model = undefined;
    this.#run = undefined;
    this.#grid = undefined;
  }
}

function viewTask({ inputs, config: { target, task, classes } }: Preprocessor): TaskView {
  return { target, task, inputs, outputs: classes?.length ?? 1, ...(classes && { classes }) };
}

function datasetOptions({ sparse, config: { classes } }: Preprocessor) {
  return { sparse, ...(classes && { classes: classes.length }) };
}
