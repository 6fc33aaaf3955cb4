/** Making layers, a loss and an optimizer the parts of one network: all of them, or none. */

import { describe } from "./check-options.js";
import type { Engine } from "./engine.js";
import { Layer } from "./layers/layer.js";
import { Loss } from "./losses/loss.js";
import { Optimizer } from "./optimizers/optimizer.js";
import type { Parameter } from "./parameter.js";

/** What attaching has found out. */
export interface Attached {
  /** Columns of the last layer's output, undefined if no layer says. */
  readonly outputs: number | undefined;
  readonly parameters: readonly Parameter[];
}

/**
 * Attaches each layer to the one before, then loss and optimizer. After an error nothing is allocated, and the generator is
 * where it was; layers that came before the one that failed are disposed of.
 *
 * @throws TypeError for what is none of these; what they throw, layers with their index and name
 */
export function attachParts(engine: Engine, layers: readonly Layer[], loss: Loss, optimizer: Optimizer): Attached {
  checkParts(layers, loss, optimizer);
  const before = engine.random.state;
  const attached: { dispose(): void }[] = [];
  try {
    let columns: number | undefined;
    for (const [index, layer] of layers.entries()) {
      try {
        columns = layer.attach(engine, columns);
      } catch (error) {
        throw located(error, index, layer);
      }
      attached.push(layer);
    }
    const parameters = layers.flatMap((layer) => layer.parameters());
    loss.attach(engine);
    attached.push(loss);
    optimizer.attach(engine, parameters);
    return { outputs: columns, parameters };
  } catch (error) {
    // The part that failed may belong to another network: it is left alone.
    for (const part of attached) part.dispose();
    engine.random.state = before;
    throw error;
  }
}

function checkParts(layers: readonly Layer[], loss: Loss, optimizer: Optimizer): void {
  for (const [index, layer] of layers.entries()) {
    if (!(layer instanceof Layer)) throw new TypeError(`layer ${index}: expected a Layer, got ${describe(layer)}`);
  }
  if (!(loss instanceof Loss)) throw new TypeError(`loss: expected a Loss, got ${describe(loss)}`);
  if (optimizer instanceof Optimizer) return;
  throw new TypeError(`optimizer: expected an Optimizer, got ${describe(optimizer)}`);
}

/** The same error with the layer's index and name in front of its message. */
export function located(error: unknown, index: number, layer: Layer): unknown {
  if (error instanceof Error) error.message = `layer ${index} (${layer.constructor.name}): ${error.message}`;
  return error;
}
