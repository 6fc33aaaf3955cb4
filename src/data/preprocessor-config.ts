/** The part of a preprocessor that a model file keeps: plain JSON, checked as hostile when it is read. */

import { describe } from "../check-options.js";
import type { ColumnKind } from "./table.js";

/** What the target is: one of several classes, or a number. */
export type TargetTask = "classification" | "regression";

/** A numeric feature: `(value − offset) / scale`, with `fill` in place of a missing value. */
export interface NumericFeature {
  readonly name: string;
  readonly offset: number;
  readonly scale: number;
  readonly fill: number;
}

/** A categorical feature: one column for each category, all zero for missing and new ones. */
export interface CategoricalFeature {
  readonly name: string;
  readonly categories: readonly string[];
}

export type Feature = NumericFeature | CategoricalFeature;

/** Plain JSON, as a model file keeps it. */
export interface PreprocessorConfig {
  readonly task: TargetTask;
  readonly target: string;
  readonly features: readonly Feature[];
  /** Of classes: their names, sorted, and whether the column held numbers or names. */
  readonly classes?: readonly string[];
  readonly classKind?: ColumnKind;
  /** Of values: offset and scale of the target. */
  readonly targetOffset?: number;
  readonly targetScale?: number;
}

/** Columns of the network's input beyond which a table or a file is refused. */
export const MOST_INPUTS = 2 ** 20;

/** Columns of the network's input that a feature takes. */
export function widthOf(feature: Feature): number {
  return "categories" in feature ? feature.categories.length : 1;
}

/** What is wrong with a value that should be a config; undefined if nothing is. */
export function configProblem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `expected an object, got ${describe(value)}`;
  const { task, target, features, classes, classKind, targetOffset, targetScale } = value as Record<string, unknown>;
  if (typeof target !== "string") return `expected the name of the target, got ${describe(target)}`;
  if (!Array.isArray(features) || features.length === 0 || features.length > MOST_INPUTS) {
    return `expected a list of 1 to ${MOST_INPUTS} features, got ${describe(features)}`;
  }
  const bad = features.findIndex((feature) => !isFeature(feature));
  if (bad >= 0) return `feature ${bad}: expected offset, scale and fill, or categories, got ${describe(features[bad])}`;
  const names = new Set([target, ...features.map(({ name }) => name)]);
  if (names.size !== features.length + 1) return "expected features and target of different names, got one twice";
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

function isFeature(feature: unknown): feature is Feature {
  if (typeof feature !== "object" || feature === null) return false;
  const { name, offset, scale, fill, categories } = feature as Record<string, unknown>;
  if (typeof name !== "string") return false;
  return categories === undefined ? isScale(offset, scale) && Number.isFinite(fill) : areNames(categories);
}

/** A scale may not be so small that float32 takes it for zero. */
export function isScale(offset: unknown, scale: unknown): boolean {
  return Number.isFinite(offset) && Number.isFinite(scale) && Math.fround(1 / (scale as number)) !== 0 && scale !== 0;
}

function areNames(list: unknown): list is string[] {
  if (!Array.isArray(list) || list.length > MOST_INPUTS) return false;
  return list.every((name) => typeof name === "string") && new Set(list).size === list.length;
}
