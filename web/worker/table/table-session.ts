/** TableSession: the worker's table, its parts in an engine's memory, and the network that learns a column of it. */

import { parseModel, type SavedFile, writeModel } from "../../../src/app/model-file.js";
import { tableModel } from "../../../src/app/model-kinds.js";
import { networkFromSettings } from "../../../src/app/network-from-settings.js";
import { DIGIT_DEFAULTS, engineOptions, type RunSettings } from "../../../src/app/page-settings.js";
import { predictAll, predictionCsv, predictionTable } from "../../../src/app/prediction.js";
import { partTable, type TableParts } from "../../../src/app/table-parts.js";
import { weightsHash } from "../../../src/app/weights-hash.js";
import {
  type CheckpointContents,
  createEngine,
  type Dataset,
  type Engine,
  loadCheckpoint,
  type Matrix,
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
  TableStart,
  TableView,
  TaskView,
} from "../../own-data/messages.js";
import type { WorkerEvent } from "../../protocol.js";
import { createWorker } from "../page-thread.js";
import { Training } from "../training.js";
import { gridInputs, predictPlane, viewPlane } from "./plane.js";
import { readTable, viewTable } from "./table-file.js";
import { testNetwork } from "./test-network.js";

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
    return viewTask(Preprocessor.fit(this.#opened, target, { task }));
  }

  /**
   * Begins a run on a new network in a new engine; its end is told by events.
   *
   * @throws as `createEngine`, `Network` and `fit`; the network before stays
   */
  start({ step, ...wanted }: Argument<"start">): Promise<StartedRun> {
    return this.#replace(wanted, async (model, run) => {
      const training = this.#makeTraining(model, run, wanted.settings, wanted.pace, step ? { batches: 1 } : {});
      await training.begin();
      return training;
    });
  }

  /** Takes up a checkpoint's run without going on with it yet. @throws as `start`, and FormatError */
  async restore({ checkpoint, ...wanted }: Argument<"restore">): Promise<StartedRun & { readonly hash: string }> {
    const resume = loadCheckpoint(checkpoint);
    const started = await this.#replace(wanted, async (model, run) => {
      model.network.loadStateDict(resume.network);
      return this.#makeTraining(model, run, wanted.settings, wanted.pace, { resume });
    });
    return { ...started, hash: await weightsHash(this.#present.network.stateDict()) };
  }

  /** Goes on with a run that has stopped or finished. @throws RangeError for fewer epochs than it has begun; it stays as it was */
  async resume({ epochs }: Argument<"resume">): Promise<void> {
    await this.training.ended;
    const { plan, pace } = this.training;
    const { batchSize } = plan;
    const resume = this.training.checkpoint();
    const training = this.#makeTraining(this.#present, this.#begun, { epochs, batchSize }, pace, { resume });
    await training.begin();
    this.#training = training;
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
    return testNetwork(network, preprocessor, test, parts.test as Table);
  }

  /** @throws FormatError for a file without the model's columns; Error without a model */
  async predict(file: Argument<"predict">): Promise<Predictions> {
    const { engine, network, preprocessor, reading } = this.#present;
    const table = file ? await readTable(file, { ...reading, ...preprocessor.readOptions() }) : this.#opened;
    const unknown = preprocessor.countUnknown(table);
    const data = engine.dataset(preprocessor.inputSource(table), { sparse: preprocessor.sparse });
    try {
      const text = predictionCsv(predictionTable(predictAll(network, data), preprocessor), true);
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
    const engine = await createEngine({ ...engineOptions(DIGIT_DEFAULTS), threads: 1 });
    try {
      const { network, preprocessor, reading } = tableModel(parseModel(engine, bytes, name), name);
      await this.#endRun();
      this.#adopt({ engine, network, preprocessor, reading });
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

  /** Makes a network for the open table's column, and takes it with what `begin` makes of it in place of the present one. */
  async #replace(
    { settings, target, task }: TableStart,
    begin: (model: Model, run: Run) => Promise<Training>,
  ): Promise<StartedRun> {
    const parts = partTable(this.#opened, target, { task, seed: settings.seed, ...SPLITS });
    const { training, validation, test } = parts as Required<TableParts>;
    if (!validation || !test) throw new RangeError("table: expected rows to validate and to test with");
    const preprocessor = Preprocessor.fit(training, target, { task });
    const view = viewTask(preprocessor);
    await this.#endRun();
    const engine = await createEngine({ ...engineOptions(settings), createWorker });
    try {
      const network = networkFromSettings(engine, settings, view);
      const place = (table: Table) => engine.dataset(preprocessor.source(table), datasetOptions(preprocessor));
      const model = { engine, network, preprocessor, reading: {} };
      const placed = { training: place(training), validation: place(validation), test: place(test) };
      const plane = viewPlane(preprocessor, training, [validation, test]);
      const run = { parts, ...placed, plane, seed: settings.seed };
      const begun = await begin(model, run);
      this.#adopt(model, run, begun);
      const rows = { training: training.rows, validation: validation.rows, test: test.rows };
      return { ...view, engine: engine.info(), rows, ...(plane && { plane }) };
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  #makeTraining(
    { network }: Model,
    { training: data, validation }: Run,
    { epochs, batchSize: wanted }: Pick<RunSettings, "epochs" | "batchSize">,
    pace: number,
    more: { readonly batches?: number; readonly resume?: CheckpointContents },
  ): Training {
    const batchSize = Math.min(wanted, data.rows);
    return new Training({ network, data, validation, epochs, batchSize, pace, ...more }, this.#send);
  }

  /** Takes a network, and the run that trains it if there is one, in place of the present one, which is freed. */
  #adopt(model: Model, run?: Run, training?: Training): void {
    this.#model?.engine.dispose();
    this.#model = model;
    this.#run = run;
    this.#training = training;
    this.#grid = undefined;
  }

  async #endRun(): Promise<void> {
    this.#training?.stop();
    await this.#training?.ended;
  }
}

function viewTask({ inputs, leftOut, config: { target, task, classes } }: Preprocessor): TaskView {
  return { target, task, inputs, leftOut, outputs: classes?.length ?? 1, ...(classes && { classes }) };
}

function datasetOptions({ sparse, config: { classes } }: Preprocessor) {
  return { sparse, ...(classes && { classes: classes.length }) };
}
