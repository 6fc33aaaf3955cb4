/** The settings of a run in a page, and the text of a link that has them. */

import type { EngineOptions } from "../../engine/engine-options.js";
import { SETTINGS } from "./schema.js";
import type { DataKind, PageSetting, TrainSettings } from "./train-settings.js";
import { digits, oneOf, orWord, readValue } from "./values.js";

/** Which binary runs: `deterministic` gives the same bits on every machine, `auto` the fastest that the engine has. */
export const ARITHMETICS = ["auto", "relaxed", "simd", "deterministic"] as const;

type Shared = Pick<TrainSettings, "hidden" | "activation" | "dropout" | "init" | "optimizer" | "epochs" | "seed">;

/** All that a run depends on, beside the data, and how its engine runs. */
export interface RunSettings extends Shared {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly threads: number | "auto";
  readonly arithmetic: (typeof ARITHMETICS)[number];
}

type Fields = { readonly [K in keyof RunSettings]: PageSetting<RunSettings[K]> };

const pageOf = <K extends keyof Shared | "learningRate" | "batchSize">(name: K) => SETTINGS[name].page as Fields[K];

/** In the order of a link. */
export const FIELDS: Fields = {
  hidden: pageOf("hidden"),
  activation: pageOf("activation"),
  dropout: pageOf("dropout"),
  init: pageOf("init"),
  optimizer: pageOf("optimizer"),
  learningRate: pageOf("learningRate"),
  batchSize: pageOf("batchSize"),
  epochs: pageOf("epochs"),
  seed: pageOf("seed"),
  threads: { link: "threads", title: "Threads", value: orWord("auto", digits(1, 64)) },
  arithmetic: { link: "arithmetic", title: "Arithmetic", value: oneOf(ARITHMETICS) },
};

const NAMES = Object.keys(FIELDS) as (keyof RunSettings)[];

/** The MNIST example network and its training. */
export const DIGIT_DEFAULTS = defaultsOf("mnist", { threads: "auto", arithmetic: "auto" });
/** What a small table is learned with: as the command has it, but for two small layers and a larger rate. */
export const TABLE_DEFAULTS = defaultsOf("table", { threads: 1, arithmetic: "auto" });

function defaultsOf(kind: DataKind, engine: Pick<RunSettings, "threads" | "arithmetic">): RunSettings {
  const values = NAMES.filter((name) => !(name in engine)).map((name) => {
    const { defaults, page } = SETTINGS[name as keyof Shared];
    return [name, (kind === "table" ? page?.table : undefined) ?? defaults?.[kind]];
  });
  return { ...(Object.fromEntries(values) as unknown as RunSettings), ...engine };
}

/** Names of the settings that are not the same in both. */
export function differingSettings(a: RunSettings, b: RunSettings): (keyof RunSettings)[] {
  return NAMES.filter((name) => String(a[name]) !== String(b[name]));
}

/** The settings as a link's query, every one of them: a later default must not change what an old link means. */
export function writeSettings(settings: RunSettings): string {
  const part = ({ link, value }: PageSetting<unknown>, name: keyof RunSettings) =>
    `${link}=${encodeURIComponent(value.write(settings[name])).replaceAll("%2C", ",")}`;
  return NAMES.map((name) => part(FIELDS[name] as PageSetting<unknown>, name)).join("&");
}

/** Settings from a link's query; what it leaves out or has wrong is as in `defaults`, and what it has wrong is listed. */
export function readSettings(
  query: string,
  defaults = DIGIT_DEFAULTS,
): { readonly settings: RunSettings; readonly problems: readonly string[] } {
  const values: Record<string, unknown> = { ...defaults };
  const problems: string[] = [];
  for (const [link, text] of new URLSearchParams(query)) {
    const name = NAMES.find((known) => FIELDS[known].link === link);
    const read = name && readValue<unknown>(FIELDS[name].value, text);
    if (name && read !== undefined) values[name] = read;
    else {
      const expected = name ? FIELDS[name].value.expected : "no such setting";
      problems.push(`${link}: expected ${expected}, got “${text.slice(0, 40)}”`);
    }
  }
  return { settings: values as unknown as RunSettings, problems };
}

/** What `createEngine` is given for a run. */
export function engineOptions({ threads, arithmetic, seed }: RunSettings): EngineOptions {
  return arithmetic === "deterministic"
    ? { threads, seed, deterministic: true }
    : { threads, seed, variant: arithmetic };
}
