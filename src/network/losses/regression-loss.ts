/** Regression losses: sums over d = outputs − targets, element by element. */

import { classNameOf, type OptionTable, type OptionValues, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import type { Matrix } from "../../engine/matrix.js";
import { Loss, type LossConfig, REDUCTIONS, type Reduction } from "./loss.js";
import type { Targets } from "./targets.js";
import { checkNumbers, LabelsAsNumbers } from "./targets.js";

/** Options of the regression losses. */
export interface RegressionLossOptions {
  /** `mean` over all rows and columns (the default), or `sum`. */
  readonly reduction?: Reduction;
}

export const REGRESSION_OPTIONS = {
  reduction: { kind: "choice", default: "mean", choices: REDUCTIONS },
} as const satisfies OptionTable;

/** A regression loss's row. */
export interface RegressionRow {
  /** Its name in the API and in files. */
  readonly name: string;
  /** Its name for people. Joined, its words name the class. */
  readonly title: string;
  readonly options: OptionTable;
  /** The kernel that computes losses and gradients. */
  readonly kernel: string;
  /** The option that the kernel takes after rows and columns, if any. */
  readonly parameter?: string;
  /** Multiplies the kernel's losses and gradients; default 1. */
  readonly factor?: number;
}

type RegressionKernel = (rows: number, columns: number, ...rest: number[]) => void;

/** Base of the regression losses. As in PyTorch, the mean is over all elements. It finds the kernel by name: a new loss is a kernel and a row. */
export abstract class RegressionLoss<T extends OptionTable = OptionTable> extends Loss {
  override readonly activation = "identity";

  protected readonly options: OptionValues<T>;
  readonly #row: RegressionRow;
  /** Undefined if the kernel takes none. */
  readonly #parameter: number | undefined;
  #kernel!: RegressionKernel;
  #numbers: LabelsAsNumbers | undefined;

  /** @throws TypeError for unknown options and values of a wrong type, RangeError for those out of their limits */
  constructor(row: RegressionRow & { readonly options: T }, options: object) {
    const values = readOptions<T>(classNameOf(row.title), options, row.options);
    super((values as { readonly reduction: Reduction }).reduction);
    this.options = values;
    this.#row = row;
    const { parameter } = row;
    this.#parameter = parameter === undefined ? undefined : (values as Readonly<Record<string, number>>)[parameter];
  }

  override config(): LossConfig {
    return { type: this.#row.name, ...(this.options as OptionValues<Record<never, never>>) };
  }

  override attach(engine: Engine): void {
    super.attach(engine);
    this.#kernel = (engine.kernels as unknown as Readonly<Record<string, RegressionKernel>>)[
      this.#row.kernel
    ] as RegressionKernel;
    this.#numbers = new LabelsAsNumbers(engine);
  }

  override dispose(): void {
    super.dispose();
    this.#numbers?.dispose();
  }

  protected override checkTargets(outputs: Pick<Matrix, "rows" | "columns">, targets: Targets): void {
    checkNumbers(this.constructor.name, outputs, targets);
  }

  /** Integer labels are values, too. */
  protected override convert(_outputs: Matrix, targets: Targets): Targets {
    return (this.#numbers as LabelsAsNumbers).convert(targets);
  }

  protected override computeDivisor(outputs: Matrix, targets: Targets, weights: Matrix | undefined): number {
    return super.computeDivisor(outputs, targets, weights) * outputs.columns;
  }

  protected override run(
    { rows, columns, pointer }: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { factor = 1 } = this.#row;
    const w = weights?.pointer ?? 0;
    const share = scale * factor;
    const parameter = this.#parameter;
    if (parameter === undefined) {
      this.#kernel(rows, columns, pointer, targets.pointer, w, share, losses.pointer, gradient.pointer);
    } else {
      this.#kernel(rows, columns, parameter, pointer, targets.pointer, w, share, losses.pointer, gradient.pointer);
    }
    if (factor !== 1) this.engine.kernels.scale(rows, factor, losses.pointer);
  }
}
