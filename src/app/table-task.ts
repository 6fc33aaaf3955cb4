/** TableTask: learning one column of a table from the others. */

import type { Engine } from "../create-engine.js";
import type { Dataset } from "../dataset/dataset.js";
import { Preprocessor, type Scaling } from "../tables/preprocessor.js";
import { findColumn, type Table } from "../tables/table.js";
import { type PartOptions, partTable, type TableParts } from "./table-parts.js";
import type { PlacedData, Task } from "./task.js";

export interface TableTaskOptions extends PartOptions {
  readonly scaling?: Scaling;
  /** As `Preprocessor.fit` has it. */
  readonly keep?: readonly string[];
  /** How the table was read, for the model file. */
  readonly reading?: object;
}

/** Parts the rows and fits the preprocessing to those that are trained on. */
export class TableTask implements Task {
  readonly task: "classification" | "regression";
  readonly inputs: number;
  readonly outputs: number;
  readonly classes?: readonly string[];
  readonly target?: NonNullable<Task["target"]>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly preprocessor: Preprocessor;
  /** Rows of each part. */
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  #parts: TableParts | undefined;

  /** @param names of the splits, for messages @throws RangeError as `partTable` and `Preprocessor.fit` */
  constructor(table: Table, target: string, options: TableTaskOptions, names?: Parameters<typeof partTable>[3]) {
    const parts = partTable(table, target, options, names);
    const { task, training, validation, test } = parts;
    const preprocessor = Preprocessor.fit(training, target, { task, scaling: options.scaling, keep: options.keep });
    const { config, inputs } = preprocessor;
    this.task = task;
    this.inputs = inputs;
    this.outputs = config.classes?.length ?? 1;
    if (config.classes) this.classes = config.classes;
    const actual = test && findColumn(test, target);
    if (!config.classes) {
      const values = actual?.kind === "numeric" ? actual.values : [];
      this.target = { name: target, test: values, restore: (scaled) => preprocessor.restore(scaled) };
    }
    const { reading } = options;
    this.metadata = {
      preprocessing: JSON.stringify(config),
      ...(reading !== undefined && { reading: JSON.stringify(reading) }),
    };
    this.preprocessor = preprocessor;
    this.rows = { training: training.rows, validation: validation?.rows ?? 0, test: test?.rows ?? 0 };
    this.#parts = parts;
  }

  /** The parts, until they are placed. @throws Error after that */
  get parts(): TableParts {
    if (this.#parts) return this.#parts;
    throw new Error("the table's rows are in an engine's memory by now");
  }

  /** Each part is encoded, placed and let go of before the next: one copy of the table stays, the engine's. */
  place(engine: Engine): PlacedData {
    const left: { -readonly [K in keyof TableParts]?: TableParts[K] } = { ...this.parts };
    this.#parts = undefined;
    const take = (name: "training" | "validation" | "test"): Dataset | undefined => {
      const part = left[name];
      delete left[name];
      return part && placeRows(engine, this.preprocessor, part);
    };
    const [training, validation, test] = [take("training") as Dataset, take("validation"), take("test")];
    return { training, ...(validation && { validation }), ...(test && { test }) };
  }
}

/** Rows with their targets as a data set of the engine. */
export function placeRows(engine: Engine, preprocessor: Preprocessor, table: Table): Dataset {
  const { sparse, config } = preprocessor;
  // What is kept sparse depends on the model alone, not on the rows: a row's prediction is the same in every table.
  return engine.dataset(preprocessor.source(table), {
    sparse,
    ...(config.classes && { classes: config.classes.length }),
  });
}
