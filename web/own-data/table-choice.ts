/** A link's table, target and task. Free of the DOM. */

import type { TargetTask } from "../../src/index.js";

export const SAMPLE_NAMES = ["moons", "iris", "diabetes"] as const;
export type SampleName = (typeof SAMPLE_NAMES)[number];

const TASKS: readonly TargetTask[] = ["classification", "regression"];

/** The sample's name. Absent for the reader's own file: then the next opened file is meant. */
export interface TableChoice {
  readonly sample?: SampleName;
  /** The column to predict; by default the most likely one. */
  readonly target?: string;
  /** By default, the task that the column suggests. */
  readonly task?: TargetTask;
}

/** Writes the choice as the beginning of a link's query, followed by & unless it is empty. */
export function writeChoice({ sample, target, task }: TableChoice): string {
  return Object.entries({ sample, target, task })
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name}=${encodeURIComponent(text as string)}&`)
    .join("");
}

/** Reads the choice from a link's query. @returns also the rest of the query, and errors */
export function readChoice(query: string): {
  readonly choice: TableChoice;
  readonly rest: string;
  readonly problems: readonly string[];
} {
  const parameters = new URLSearchParams(query);
  const problems: string[] = [];
  const take = <T extends string>(name: string, names?: readonly T[]): T | undefined => {
    const text = parameters.get(name);
    parameters.delete(name);
    if (text === null || !names) return (text ?? undefined) as T | undefined;
    const value = names.find((known) => known === text);
    if (!value) problems.push(`${name}: expected one of ${names.join(", ")}, got “${text.slice(0, 40)}”`);
    return value;
  };
  const [sample, target, task] = [take("sample", SAMPLE_NAMES), take("target"), take("task", TASKS)];
  const choice = { ...(sample && { sample }), ...(target !== undefined && { target }), ...(task && { task }) };
  return { choice, rest: parameters.toString(), problems };
}
