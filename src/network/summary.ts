/** A network's layers as a table. */

import type { Layer } from "./layers/layer.js";
import type { Parameter } from "./parameter.js";

/** A line for each layer (index, name, number of learnable values, names and shapes of its parameters) and the total. */
export function summarize(layers: readonly Layer[]): string {
  const rows = layers.map((layer, index) => {
    const parameters = layer.parameters();
    const shapes = parameters.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
    return [String(index), layer.constructor.name, String(countValues(parameters)), shapes];
  });
  const table = [["", "layer", "values", "parameters"], ...rows];
  const widths = [0, 1, 2].map((column) =>
    table.reduce((most, row) => Math.max(most, (row[column] as string).length), 0),
  );
  const lines = table.map(([index = "", name = "", values = "", shapes = ""]) =>
    `${index.padStart(widths[0] as number)}  ${name.padEnd(widths[1] as number)}  ${values.padStart(widths[2] as number)}  ${shapes}`.trimEnd(),
  );
  return `${lines.join("\n")}\n${countValues(layers.flatMap((layer) => layer.parameters()))} learnable values`;
}

function countValues(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
