/** Whose settings a form shows: those of the run on MNIST, unless a tab provides its own. */

import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { DIGIT_DEFAULTS, type RunSettings } from "../../src/app/settings/page-settings.js";
import { settings } from "../page/location.js";
import type { RunState } from "../page/run-state.js";
import { run } from "../page/run-store.js";

export interface SettingsSource {
  readonly settings: Signal<RunSettings>;
  readonly defaults: RunSettings;
  /** The run that is shown beside them: of one under way nothing can be changed. */
  readonly run: RunState;
}

export const SettingsContext = createContext<SettingsSource>({ settings, defaults: DIGIT_DEFAULTS, run });

/** The settings to show, and how to change some of them. */
export function useSettings() {
  const source = useContext(SettingsContext);
  const change = (changed: Partial<RunSettings>) => {
    source.settings.value = { ...source.settings.value, ...changed };
  };
  return { ...source, change };
}
