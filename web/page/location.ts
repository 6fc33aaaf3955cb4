/** The page's address: which tab is open, and all settings, so that a link reproduces a run. */

import { batch, effect, signal } from "@preact/signals";
import { readChoice, type TableChoice, writeChoice } from "../own-data/table-choice.js";
import { DEFAULT_SETTINGS, type RunSettings, readSettings, TABLE_SETTINGS, writeSettings } from "../run/settings.js";

export const TABS = ["train", "explore", "data", "benchmark"] as const;
export type TabName = (typeof TABS)[number];

export const tab = signal<TabName>("train");
export const settings = signal<RunSettings>(DEFAULT_SETTINGS);
/** Those of the tab of own data. */
export const tableSettings = signal<RunSettings>(TABLE_SETTINGS);
/** What of which table that tab learns. */
export const tableChoice = signal<TableChoice>({});
/** What the link had wrong. */
export const linkProblems = signal<readonly string[]>([]);

/** `#train?layers=…`, for the present tab and the given settings. */
export function linkTo(given: RunSettings): string {
  const choice = tab.value === "data" ? writeChoice(tableChoice.value) : "";
  return `${location.href.split("#")[0]}#${tab.value}?${choice}${writeSettings(given)}`;
}

/** Changes some of the settings. */
export function change(changed: Partial<RunSettings>): void {
  settings.value = { ...settings.value, ...changed };
}

/** Takes tab and settings from the address, now and whenever it changes, and keeps it up to date. */
export function followLocation(): void {
  read();
  addEventListener("hashchange", read);
  effect(() => {
    const link = linkTo(settingsOf(tab.value).value);
    if (link !== location.href) history.replaceState(null, "", link);
  });
}

function settingsOf(name: TabName) {
  return name === "data" ? tableSettings : settings;
}

function read(): void {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const open = TABS.find((known) => known === name) ?? "train";
  const {
    choice,
    rest,
    problems: ofChoice,
  } = open === "data" ? readChoice(query) : { choice: {}, rest: query, problems: [] };
  const { settings: given, problems } = readSettings(rest, open === "data" ? TABLE_SETTINGS : DEFAULT_SETTINGS);
  batch(() => {
    tab.value = open;
    linkProblems.value = [...ofChoice, ...problems];
    const own = settingsOf(open);
    if (writeSettings(given) !== writeSettings(own.value)) own.value = given;
    if (open === "data" && writeChoice(choice) !== writeChoice(tableChoice.value)) tableChoice.value = choice;
  });
}
