/** Attaches layers, a loss and an optimizer to one network: all of them, or none. */

import { checkFunction, checkInteger, checkRecord, prefixed, wrongType } from "../checks/check-options.js";
import type { Engine } from "../create-engine.js";
import { checkEngine } from "../engine/check-engine.js";
import { Layer } from "./layers/layer.js";
import { Loss } from "./losses/loss.js";
import { Optimizer } from "./optimizers/optimizer.js";
import { Parameter, type State } from "./parameter.js";

/** The result of attaching. */
export interface Attached {
  /** Columns of the last layer's output, undefined if no layer says. */
  readonly outputs: number | undefined;
  readonly parameters: readonly Parameter[];
}

/**
 * Attaches each layer to the one before, then loss and optimizer. An error leaves nothing allocated and the generator
 * unchanged; it disposes of the layers before the one that failed.
 *
 * @throws TypeError for anything else; errors of the parts, with the layer's index and name
 */
export function attachParts(engine: Engine, layers: readonly Layer[], loss: Loss, optimizer: Optimizer): Attached {
  checkEngine("network", engine);
  engine.checkAlive();
  checkParts(layers, loss, optimizer);
  return engine.memory.allOrNothing(() => attachAll(engine, layers, loss, optimizer));
}

function attachAll(engine: Engine, layers: readonly Layer[], loss: Loss, optimizer: Optimizer): Attached {
  const before = engine.random.state;
  const attached: { dispose(): void }[] = [];
  const states = new Set<State>();
  try {
    let columns: number | undefined;
    for (const [index, layer] of layers.entries()) {
      try {
        columns = layer.attach(engine, columns);
        if (columns !== undefined) checkInteger("attach: columns of the output", columns, 0);
      } catch (error) {
        throw located(error, index, layer);
      }
      attached.push(layer);
      checkStates(layer, index, states);
    }
    const parameters = layers.flatMap((layer) => layer.parameters());
    loss.attach(engine);
    attached.push(loss);
    optimizer.attach(engine, parameters);
    return { outputs: columns, parameters };
  } catch (error) {
    // Not the part that failed: it may belong to another network.
    for (const part of attached) part.dispose();
    engine.random.state = before;
    throw error;
  }
}

function checkParts(layers: readonly Layer[], loss: Loss, optimizer: Optimizer): void {
  for (const [index, layer] of layers.entries()) {
    if (!(layer instanceof Layer)) throw wrongType(`layer ${index}`, "a Layer", layer);
    const first = layers.indexOf(layer);
    if (first < index) throw new RangeError(`layer ${index}: expected a layer for itself, got layer ${first} again`);
  }
  if (!(loss instanceof Loss)) throw wrongType("loss", "a Loss", loss);
  if (!(optimizer instanceof Optimizer)) throw wrongType("optimizer", "an Optimizer", optimizer);
}

/**
 * Of two arrays with one name, state dicts and files would keep only one. An array in two layers would move twice a step.
 *
 * @param states those of the layers before; adds this layer's
 * @throws TypeError for a name that is not a string; RangeError for a name or an array that occurs twice
 */
function checkStates(layer: Layer, index: number, states: Set<State>): void {
  const what = `layer ${index} (${layer.constructor.name})`;
  const names = new Set<string>();
  for (const state of statesOf(layer, what)) {
    const { name } = state;
    if (typeof name !== "string" || name === "") throw wrongType(what, "parameters and buffers with names", name);
    if (names.has(name)) {
      throw new RangeError(
        `${what}: expected parameters and buffers of different names, got ${JSON.stringify(name)} twice`,
      );
    }
    if (states.has(state)) throw new RangeError(`${what}: ${name}: expected an array of its own, got another layer's`);
    names.add(name);
    states.add(state);
  }
}

/** @throws TypeError unless the layer has lists of them */
function statesOf(layer: Layer, what: string): readonly State[] {
  const [parameters, buffers] = [layer.parameters(), layer.buffers()];
  if (!Array.isArray(parameters)) throw wrongType(`${what}: parameters`, "a list", parameters);
  if (!Array.isArray(buffers)) throw wrongType(`${what}: buffers`, "a list", buffers);
  // Array.from also visits holes.
  for (const parameter of Array.from(parameters)) {
    if (!(parameter instanceof Parameter)) throw wrongType(`${what}: parameters`, "Parameters", parameter);
  }
  for (const buffer of Array.from(buffers)) {
    checkRecord(`${what}: buffers`, buffer, "an array with name, shape, toArray and set");
    checkFunction(`${what}: buffers: toArray`, buffer.toArray);
    checkFunction(`${what}: buffers: set`, buffer.set);
  }
  return [...parameters, ...buffers];
}

/** The same error with the layer's index and name in front of its message, where that can be changed. */
export function located(error: unknown, index: number, layer: Layer): unknown {
  return prefixed(`layer ${index} (${layer.constructor.name})`, error);
}
