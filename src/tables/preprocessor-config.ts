/** The part of a preprocessor in a model file: plain JSON, which may be hostile and is checked when read. */

import { describe } from "../checks/check-options.js";
import type { ColumnKind } from "./table.js";

/** What the target is: one of several classes, or a number. */
export type TargetTask = "classification" | "regression";

/** A numeric feature: `(value − offset) / scale`, with `fill` for missing values. */
export interface NumericFeature {
  readonly name: string;
  readonly offset: number;
  readonly scale: number;
  readonly fill: number;
}

/** A categorical feature: one column per category, all zero for missing and unknown ones. */
export interface CategoricalFeature {
  readonly name: string;
  readonly categories: readonly string[];
}

/** Cycles of a date. */
export type Cycle = "year" | "week" | "day";

/**
 * A date feature: the time as a number, `(milliseconds − offset) / scale`, and for each cycle the sine and the cosine of the date's
 * position in it; 0 for a missing date.
 */
export interface DateFeature extends NumericFeature {
  readonly cycles: readonly Cycle[];
  /** Whether 3/4/2020 was the third of April. */
  readonly dayFirst?: boolean;
}

export type Feature = NumericFeature | CategoricalFeature | DateFeature;

/** A column with at most one value in training. It has no influence. */
export interface ConstantColumn {
  readonly name: string;
  /** null: it was always missing. */
  readonly value: string | null;
}

/** The configuration: plain JSON in a model file. */
export interface PreprocessorConfig {
  readonly task: TargetTask;
  readonly target: string;
  readonly features: readonly Feature[];
  readonly constants?: readonly ConstantColumn[];
  /** For classes: their sorted names, and whether the column had numbers or names. */
  readonly classes?: readonly string[];
  readonly classKind?: ColumnKind;
  /** For values: offset and scale of the target. */
  readonly targetOffset?: number;
  readonly targetScale?: number;
}

/** The most columns of a network's input. */
export const MOST_INPUTS = 2 ** 20;

/** How many columns of the network's input a feature has. */
export function widthOf(feature: Feature): number {
  if ("categories" in feature) return feature.categories.length;
  return "cycles" in feature ? 1 + 2 * feature.cycles.length : 1;
}

/** How many columns of a feature can be nonzero in a row. */
export function mostValuesOf(feature: Feature): number {
  return "categories" in feature ? 1 : widthOf(feature);
}

/** The kind of a feature's column. */
export function kindOfFeature(feature: Feature): ColumnKind {
  if ("categories" in feature) return "categorical";
  return "cycles" in feature ? "date" : "numeric";
}

/** The problem with a configuration; undefined if it is valid. */
export function configProblem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `expected an object, got ${describe(value)}`;
  const { task, target, features, constants, classes, classKind, targetOffset, targetScale } = value as Record<
    string,
    unknown
  >;
  if (typeof target !== "string") return `expected the name of the target, got ${describe(target)}`;
  if (!Array.isArray(features) || features.length === 0 || features.length > MOST_INPUTS) {
    return `expected a list of 1 to ${MOST_INPUTS} features, got ${describe(features)}`;
  }
  const bad = features.findIndex((feature) => !isFeature(feature));
  if (bad >= 0) return `feature ${bad}: expected offset, scale and fill, or categories, got ${describe(features[bad])}`;
  if (constants !== undefined && !areConstants(constants)) {
    return `expected a list of constant columns, with a value each, got ${describe(constants)}`;
  }
  const named = [...(features as Feature[]), ...((constants as ConstantColumn[] | undefined) ?? [])];
  const names = new Set([target, ...named.map(({ name }) => name)]);
  if (names.size !== named.length + 1) return "expected features and target of different names, got one twice";
  const inputs = (features as Feature[]).reduce((sum, feature) => sum + widthOf(feature), 0);
  if (inputs < 1 || inputs > MOST_INPUTS) return `expected 1 to ${MOST_INPUTS} columns of inputs, got ${inputs}`;
  if (task === "classification") {
    if (classKind !== undefined && classKind !== "numeric" && classKind !== "categorical")
      return `expected "numeric" or "categorical" classes, got ${describe(classKind)}`;
    const fits = areNames(classes) && classes.length >= 2;
    return fits ? undefined : `expected at least two different classes, got ${describe(classes)}`;
  }
  if (task !== "regression") return `expected the task classification or regression, got ${describe(task)}`;
  if (classes !== undefined) return `expected no classes of a regression, got ${describe(classes)}`;
  if (isScale(targetOffset, targetScale)) return undefined;
  return `expected the target's scale, got offset and scale ${describe(targetOffset)} and ${describe(targetScale)}`;
}

const CYCLES = new Set<unknown>(["year", "week", "day"] satisfies Cycle[]);

function isFeature(feature: unknown): feature is Feature {
  if (typeof feature !== "object" || feature === null) return false;
  const { name, offset, scale, fill, categories, cycles, dayFirst } = feature as Record<string, unknown>;
  if (typeof name !== "string") return false;
  if (categories !== undefined) return areNames(categories);
  if (!isScale(offset, scale) || !Number.isFinite(fill)) return false;
  if (cycles === undefined) return true;
  const areCycles = areNames(cycles) && cycles.every((cycle) => CYCLES.has(cycle));
  return areCycles && (dayFirst === undefined || typeof dayFirst === "boolean");
}

function areConstants(list: unknown): boolean {
  if (!Array.isArray(list) || list.length > MOST_INPUTS) return false;
  return list.every((column) => {
    const { name, value } = (column ?? {}) as Record<string, unknown>;
    return typeof name === "string" && (value === null || typeof value === "string");
  });
}

/** A scale must not be zero in float32. */
export function isScale(offset: unknown, scale: unknown): boolean {
  return Number.isFinite(offset) && Number.isFinite(scale) && Math.fround(1 / (scale as number)) !== 0 && scale !== 0;
}

function areNames(list: unknown): list is string[] {
  if (!Array.isArray(list) || list.length > MOST_INPUTS) return false;
  return list.every((name) => typeof name === "string") && new Set(list).size === list.length;
}
