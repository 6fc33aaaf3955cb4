/** The plane of a table's two features: the positions of its rows, and a network's predictions for a grid over it. */

import {
  type Feature,
  findColumn,
  type Matrix,
  type Network,
  type Preprocessor,
  type Table,
  textAt,
} from "../../../src/index.js";
import type { PlanePrediction, PlaneView } from "../../protocol/tables.js";

/** Points that are shown of one part. */
const MOST_POINTS = 1500;
/** Room around the outermost rows, as a share of the axis. */
const MARGIN = 0.08;

/** undefined unless the preprocessor has two features, both numeric. */
export function viewPlane(
  { config }: Pick<Preprocessor, "config">,
  training: Table,
  held: readonly Table[],
): PlaneView | undefined {
  const [first, second, ...others] = config.features;
  if (!first || !second || others.length > 0 || !isNumeric(first) || !isNumeric(second)) return undefined;
  const points: { x: number; y: number; target: number; held: number }[] = [];
  const labels = new Map(config.classes?.map((name, index) => [name, index]));
  for (const [part, table] of [[0, training] as const, ...held.map((other) => [1, other] as const)]) {
    const [x, y] = [findColumn(table, first.name), findColumn(table, second.name)];
    const target = findColumn(table, config.target);
    const stride = Math.ceil(table.rows / MOST_POINTS);
    for (let row = 0; row < table.rows; row += stride) {
      const [a, b] = [valueAt(x, row), valueAt(y, row)];
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      const value = config.classes ? (labels.get(nameAt(target, row)) ?? -1) : valueAt(target, row);
      points.push({ x: a, y: b, target: value, held: part });
    }
  }
  return {
    axes: [first.name, second.name],
    ends: [...endsOf(points.map(({ x }) => x)), ...endsOf(points.map(({ y }) => y))],
    x: Float32Array.from(points, ({ x }) => x),
    y: Float32Array.from(points, ({ y }) => y),
    targets: Float32Array.from(points, ({ target }) => target),
    held: Uint8Array.from(points, (point) => point.held),
  };
}

const isNumeric = (feature: Feature) => !("categories" in feature) && !("cycles" in feature);

type Column = ReturnType<typeof findColumn>;

const valueAt = (column: Column, row: number) =>
  column.kind === "numeric" ? (column.values[row] as number) : Number.NaN;
const nameAt = (column: Column, row: number) => textAt(column, row) ?? "";

function endsOf(values: readonly number[]): [number, number] {
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as const);
  if (!(least <= most)) return [0, 1];
  const room = (most - least) * MARGIN || 1;
  return [least - room, most + room];
}

/** The network's inputs at size × size points, row by row from the least x and y. */
export function gridInputs({ config }: Pick<Preprocessor, "config">, { ends }: PlaneView, size: number): Float32Array {
  const [x, y] = config.features.map((feature) => ("categories" in feature ? undefined : feature));
  const [left, right, bottom, top] = ends;
  const inputs = new Float32Array(size * size * 2);
  const at = (low: number, high: number, step: number) => low + ((high - low) * (step + 0.5)) / size;
  for (let row = 0; row < size; ++row) {
    for (let column = 0; column < size; ++column) {
      const point = 2 * (row * size + column);
      inputs[point] = (at(left, right, column) - (x?.offset ?? 0)) / (x?.scale ?? 1);
      inputs[point + 1] = (at(bottom, top, row) - (y?.offset ?? 0)) / (y?.scale ?? 1);
    }
  }
  return inputs;
}

/** @param inputs of the grid, [points, 2] */
export function predictPlane(network: Network, preprocessor: Preprocessor, inputs: Matrix): PlanePrediction {
  const classes = preprocessor.config.classes?.length;
  if (!classes) return { values: Float32Array.from(preprocessor.restore(network.predictValues(inputs))) };
  const probabilities = network.predictProbabilities(inputs);
  const labels = new Uint8Array(inputs.rows);
  const strengths = new Float32Array(inputs.rows);
  for (let row = 0; row < inputs.rows; ++row) {
    let best = 0;
    for (let label = 1; label < classes; ++label) {
      if ((probabilities[row * classes + label] as number) > (probabilities[row * classes + best] as number)) {
        best = label;
      }
    }
    labels[row] = best;
    strengths[row] = probabilities[row * classes + best] as number;
  }
  return { labels, strengths };
}
