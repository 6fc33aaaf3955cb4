/** The page's address: which tab is open, and all settings, so that a link reproduces a run. */

import { effect, signal } from "@preact/signals";
import { DEFAULT_SETTINGS, type RunSettings, readSettings, TABLE_SETTINGS, writeSettings } from "../run/settings.js";

export const TABS = ["train", "explore", "data", "benchmark"] as const;
export type TabName = (typeof TABS)[number];

export const tab = signal<TabName>("train");
export const settings = signal<RunSettings>(DEFAULT_SETTINGS);
/** Those of the tab of own data. */
export const tableSettings = signal<RunSettings>(TABLE_SETTINGS);
/** What the link had wrong. */
export const linkProblems = signal<readonly string[]>([]);

/** `#train?layers=…`, for the present tab and the given settings. */
export function linkTo(given: RunSettings): string {
  return `${location.href.split("#")[0]}#${tab.value}?${writeSettings(given)}`;
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
  const { settings: given, problems } = readSettings(query, open === "data" ? TABLE_SETTINGS : DEFAULT_SETTINGS);
  tab.value = open;
  linkProblems.value = problems;
  const own = settingsOf(open);
  if (writeSettings(given) !== writeSettings(own.value)) own.value = given;
}
