/** The page's address: which tab is open, and all settings, so that a link reproduces a run. */

import { effect, signal } from "@preact/signals";
import { DEFAULT_SETTINGS, type RunSettings, readSettings, writeSettings } from "../run/settings.js";

export const TABS = ["train", "explore", "data", "benchmark"] as const;
export type TabName = (typeof TABS)[number];

export const tab = signal<TabName>("train");
export const settings = signal<RunSettings>(DEFAULT_SETTINGS);
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
    const link = linkTo(settings.value);
    if (link !== location.href) history.replaceState(null, "", link);
  });
}

function read(): void {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const { settings: given, problems } = readSettings(query);
  tab.value = TABS.find((known) => known === name) ?? "train";
  linkProblems.value = problems;
  if (writeSettings(given) !== writeSettings(settings.value)) settings.value = given;
}
