/** The settings of a run in the page, and the links that contain them. */

import type { EngineOptions } from "../../engine/engine-options.js";
import { SETTINGS } from "./schema.js";
import type { DataKind, PageSetting, TrainSettings } from "./train-settings.js";
import { digits, oneOf, orWord, readValue } from "./values.js";

/** Which binary runs: `deterministic` gives the same bits on every machine, `auto` is the fastest that the engine supports. */
export const ARITHMETICS = ["auto", "relaxed", "simd", "deterministic"] as const;

type Shared = Pick<TrainSettings, "hidden" | "activation" | "dropout" | "init" | "optimizer" | "epochs" | "seed">;

/** What you can set in the page: some of the `TrainSettings`, and how the engine runs. */
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
/** Defaults for a small table: the command's, except for two small layers and a larger learning rate. */
export const TABLE_DEFAULTS = defaultsOf("table", { threads: 1, arithmetic: "auto" });

function defaultsOf(kind: DataKind, engine: Pick<RunSettings, "threads" | "arithmetic">): RunSettings {
  const values = NAMES.filter((name) => !(name in engine)).map((name) => {
    const { defaults, page } = SETTINGS[name as keyof Shared];
    return [name, (kind === "table" ? page?.table : undefined) ?? defaults?.[kind]];
  });
  return { ...(Object.fromEntries(values) as unknown as RunSettings), ...engine };
}

/** Names of the settings that differ. */
export function differingSettings(a: RunSettings, b: RunSettings): (keyof RunSettings)[] {
  return NAMES.filter((name) => String(a[name]) !== String(b[name]));
}

/** The query of a link with every setting, so that a later default does not change what an old link means. */
export function writeSettings(settings: RunSettings): string {
  const part = ({ link, value }: PageSetting<unknown>, name: keyof RunSettings) =>
    `${link}=${encodeURIComponent(value.write(settings[name])).replaceAll("%2C", ",")}`;
  return NAMES.map((name) => part(FIELDS[name] as PageSetting<unknown>, name)).join("&");
}

/** The settings in the query of a link. Missing and wrong ones get the value in `defaults`; `problems` lists the wrong ones. */
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

/** The options of `createEngine` for a run. */
export function engineOptions({ threads, arithmetic, seed }: RunSettings): EngineOptions {
  return arithmetic === "deterministic"
    ? { threads, seed, deterministic: true }
    : { threads, seed, variant: arithmetic };
}
