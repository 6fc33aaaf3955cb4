/** Which table is learned, and what of it, as a link has it. Free of the DOM. */

import type { TargetTask } from "../../src/index.js";

export const SAMPLE_NAMES = ["moons", "iris", "diabetes"] as const;
export type SampleName = (typeof SAMPLE_NAMES)[number];

const TASKS: readonly TargetTask[] = ["classification", "regression"];

/** A file of the reader's own has no name in a link: the next one that is opened is meant. */
export interface TableChoice {
  readonly sample?: SampleName;
  /** The column to predict; without it the one that looks like it. */
  readonly target?: string;
  /** Without it what the column looks like. */
  readonly task?: TargetTask;
}

/** The choice as the beginning of a link's query, with an & at its end unless it is empty. */
export function writeChoice({ sample, target, task }: TableChoice): string {
  return Object.entries({ sample, target, task })
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name}=${encodeURIComponent(text as string)}&`)
    .join("");
}

/** Takes the choice out of a link's query. @returns also what is left of it, and what was wrong */
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
