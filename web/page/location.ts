/** The page's address has the open tab and all settings, so that a link reproduces a run. */

import { batch, effect, signal } from "@preact/signals";
import {
  DIGIT_DEFAULTS,
  type RunSettings,
  readSettings,
  TABLE_DEFAULTS,
  writeSettings,
} from "../../src/app/settings/page-settings.js";
import { readChoice, type TableChoice, writeChoice } from "../own-data/table-choice.js";

export const TABS = ["train", "explore", "data", "benchmark"] as const;
export type TabName = (typeof TABS)[number];

/** The contents of a link. */
export interface Link {
  readonly tab: TabName;
  /** Undefined if it has none. */
  readonly settings: RunSettings | undefined;
  readonly choice: TableChoice;
  /** Its errors. */
  readonly problems: readonly string[];
  /** Whether its settings or its table differ from those shown. */
  readonly changesSettings: boolean;
  readonly changesTable: boolean;
}

export const tab = signal<TabName>("train");
export const settings = signal<RunSettings>(DIGIT_DEFAULTS);
/** The settings of the Own data tab. */
export const tableSettings = signal<RunSettings>(TABLE_DEFAULTS);
/** The table and target of that tab. */
export const tableChoice = signal<TableChoice>({});
/** Errors in the link. */
export const linkProblems = signal<readonly string[]>([]);
/** A link that was not followed, and why. */
export const heldLink = signal<{ readonly link: Link; readonly why: string } | undefined>(undefined);

/** `#train?layers=…`, for the current tab and these settings. */
export function linkTo(given: RunSettings): string {
  const choice = tab.value === "data" ? writeChoice(tableChoice.value) : "";
  return `${location.href.split("#")[0]}#${tab.value}?${choice}${writeSettings(given)}`;
}

/**
 * Reads tab and settings from the address now and whenever it changes, and keeps the address up to date.
 *
 * @param whyNot returns why a later link should not be followed; empty if it may be. Its tab is opened in any case
 */
export function followLocation(whyNot: (link: Link) => string): void {
  followLink(readLink());
  addEventListener("hashchange", () => {
    const link = readLink();
    const why = whyNot(link);
    if (why === "") followLink(link);
    else {
      tab.value = link.tab;
      heldLink.value = { link, why };
    }
    writeAddress();
  });
  effect(writeAddress);
}

/** Shows the contents of the link. */
export function followLink({ tab: open, settings: given, choice, problems }: Link): void {
  batch(() => {
    tab.value = open;
    heldLink.value = undefined;
    linkProblems.value = problems;
    const own = settingsOf(open);
    if (given && writeSettings(given) !== writeSettings(own.peek())) own.value = given;
    if (given && open === "data" && writeChoice(choice) !== writeChoice(tableChoice.peek())) tableChoice.value = choice;
  });
}

function writeAddress(): void {
  const link = linkTo(settingsOf(tab.value).value);
  if (link !== location.href) history.replaceState(null, "", link);
}

function settingsOf(name: TabName) {
  return name === "data" ? tableSettings : settings;
}

function readLink(): Link {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const open = TABS.find((known) => known === name) ?? "train";
  const isData = open === "data";
  const { choice, rest, problems: ofChoice } = isData ? readChoice(query) : { choice: {}, rest: query, problems: [] };
  const { settings: read, problems } = readSettings(rest, isData ? TABLE_DEFAULTS : DIGIT_DEFAULTS);
  const given = query === "" ? undefined : read;
  return {
    tab: open,
    settings: given,
    choice,
    problems: [...ofChoice, ...problems],
    changesSettings: given !== undefined && writeSettings(given) !== writeSettings(settingsOf(open).peek()),
    changesTable: isData && given !== undefined && writeChoice(choice) !== writeChoice(tableChoice.peek()),
  };
}
