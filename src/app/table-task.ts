/** TableTask: learning one column of a table from the others. */

import type { Engine } from "../create-engine.js";
import type { Dataset } from "../dataset/dataset.js";
import { Preprocessor, type Scaling } from "../tables/preprocessor.js";
import { findColumn, type Table } from "../tables/table.js";
import { type PartOptions, splitTable, type TableParts } from "./table-parts.js";
import type { PlacedData, Task } from "./task.js";

export interface TableTaskOptions extends PartOptions {
  readonly scaling?: Scaling;
  /** As in `Preprocessor.fit`. */
  readonly keep?: readonly string[];
  /** How the table was read, for the model file. */
  readonly reading?: object;
}

/** Splits the rows and fits the preprocessing to the training rows. */
export class TableTask implements Task {
  readonly task: "classification" | "regression";
  readonly inputs: number;
  readonly outputs: number;
  readonly classes?: readonly string[];
  readonly target?: NonNullable<Task["target"]>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly preprocessor: Preprocessor;
  /** Number of rows of each part. */
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  #parts: TableParts | undefined;

  /** @param names of the splits, for messages @throws RangeError as `splitTable` and `Preprocessor.fit` */
  constructor(table: Table, target: string, options: TableTaskOptions, names?: Parameters<typeof splitTable>[3]) {
    const parts = splitTable(table, target, options, names);
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

  /** The parts. @throws Error after `place`, which frees them */
  get parts(): TableParts {
    if (this.#parts) return this.#parts;
    throw new Error("the rows of the table have moved to the memory of an engine");
  }

  /** Encodes, places and frees one part after the other, so that only the engine's copy of the table remains. */
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
  // The model alone decides what is sparse, so that a row gets the same prediction in every table.
  return engine.dataset(preprocessor.source(table), {
    sparse,
    ...(config.classes && { classes: config.classes.length }),
  });
}
