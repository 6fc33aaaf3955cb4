/** The JSON of a checkpoint, checked field by field. */

import { describe } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { Random, type RandomState } from "../../engine/random.js";
import type { CheckpointValues, RandomStates, TrainingPosition } from "./checkpoint-contents.js";
import { areReportNumbers, type HistoryPart } from "./checkpoint-history.js";

/** The whole JSON. */
export interface CheckpointState extends Omit<CheckpointValues, "history"> {
  readonly history: readonly HistoryPart[];
  readonly optimizer: {
    readonly learningRate: number;
    readonly steps: number;
    /** Number of arrays per slot. */
    readonly slots: Readonly<Record<string, number>>;
  };
  readonly callbacks: readonly { readonly values: unknown; readonly arrays: readonly string[] }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws FormatError for anything that `saveCheckpoint` would not write */
export function readState(value: unknown, name: string): CheckpointState {
  const state = fields(value, `${name}: state`);
  const position = readPosition(state.position, `${name}: position`);
  return {
    position,
    random: readRandom(state.random, position, `${name}: random`),
    settings: readNumbers(state.settings, `${name}: settings`),
    ...(state.parts !== undefined && { parts: readParts(state.parts, `${name}: parts`) }),
    schedule: state.schedule === null ? null : readNumbers(state.schedule, `${name}: schedule`),
    optimizer: readOptimizer(state.optimizer, `${name}: optimizer`),
    callbacks: list(state.callbacks, `${name}: callbacks`).map((callback, i) => {
      const { values, arrays } = fields(callback, `${name}: callback ${i}`);
      const names = list(arrays, `${name}: callback ${i}`).map((key) => text(key, `${name}: callback ${i}`));
      return { values, arrays: names };
    }),
    history: readHistoryParts(state.history, position, `${name}: history`),
  };
}

function readPosition(value: unknown, what: string): TrainingPosition {
  const { epoch, batch, losses, seconds, stopped } = fields(value, what);
  return {
    epoch: count(epoch, `${what}: epoch`, 1),
    batch: count(batch, `${what}: batch`),
    losses: finite(losses, `${what}: losses`),
    seconds: finite(seconds, `${what}: seconds`),
    stopped: boolean(stopped, `${what}: stopped`),
  };
}

function readRandom(value: unknown, { batch }: TrainingPosition, what: string): RandomStates {
  const { now, epoch, split } = fields(value, what);
  if ((epoch === undefined) !== (batch === 0)) {
    const got = epoch === undefined ? "none" : "one";
    throw new FormatError(
      `${what}: expected the state at the epoch's start within an epoch, and only there, got ${got}`,
    );
  }
  return {
    now: generatorState(now, what),
    ...(epoch !== undefined && { epoch: generatorState(epoch, what) }),
    ...(split !== undefined && { split: generatorState(split, what) }),
  };
}

function readOptimizer(value: unknown, what: string): CheckpointState["optimizer"] {
  const { learningRate, steps, slots } = fields(value, what);
  return {
    learningRate: finite(learningRate, `${what}: learningRate`, 0),
    steps: count(steps, `${what}: steps`),
    slots: mapValues(fields(slots, `${what}: slots`), (arrays, slot) =>
      count(arrays, `${what}: slot ${slot.slice(0, 80)}`),
    ),
  };
}

function readHistoryParts(value: unknown, { epoch }: TrainingPosition, what: string): HistoryPart[] {
  const parts = list(value, what).map((item, i) => {
    const { epochs, numbers } = fields(item, `${what}: ${i}`);
    const names = list(numbers, `${what}: ${i}: numbers`);
    if (!areReportNumbers(names))
      throw new FormatError(`${what}: ${i}: expected the numbers of a report, got ${describe(names)}`);
    return { epochs: count(epochs, `${what}: ${i}: epochs`, 1), numbers: names };
  });
  const epochs = parts.reduce((sum, part) => sum + part.epochs, 0);
  if (epochs === epoch - 1) return parts;
  throw new FormatError(`${what}: expected ${epoch - 1} epochs, got ${epochs}`);
}

function generatorState(value: unknown, what: string): RandomState {
  const random = new Random(0);
  try {
    random.state = value as RandomState;
  } catch (cause) {
    throw new FormatError(`${what}: ${(cause as Error).message}`, { cause });
  }
  return random.state;
}

function readNumbers(value: unknown, what: string): Record<string, number> {
  return mapValues(fields(value, what), (number, key) => finite(number, `${what}: ${key.slice(0, 80)}`));
}

/** The parts' options. Files of 0.1.0 and earlier spell oneCycle as one-cycle. */
function readParts(value: unknown, what: string): Record<string, string> {
  const parts = mapValues(fields(value, what), (part, key) => text(part, `${what}: ${key.slice(0, 80)}`));
  if (parts.schedule) parts.schedule = parts.schedule.replace('"type":"one-cycle"', '"type":"oneCycle"');
  return parts;
}

function fields(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FormatError(`${what}: expected an object, got ${describe(value)}`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(`${what}: expected a list, got ${describe(value)}`);
}

function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new FormatError(`${what}: expected a string, got ${describe(value)}`);
}

function boolean(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormatError(`${what}: expected true or false, got ${describe(value)}`);
}

function count(value: unknown, what: string, least = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new FormatError(`${what}: expected an integer of at least ${least}, got ${describe(value)}`);
}

function finite(value: unknown, what: string, least = Number.NEGATIVE_INFINITY): number {
  if (Number.isFinite(value) && (value as number) >= least) return value as number;
  throw new FormatError(`${what}: expected a finite number, got ${describe(value)}`);
}

function mapValues<T>(object: Fields, map: (value: unknown, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
