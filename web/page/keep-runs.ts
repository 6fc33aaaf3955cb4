/** Protects a run and its results from links, reloads, Back and closed tabs: asks first, or says why a link is not followed. */

import { computed, effect } from "@preact/signals";
import { benchmarkUnsaved } from "../benchmark/benchmark-run.js";
import { run as tableRun } from "../own-data/store.js";
import type { Link } from "./location.js";
import { run } from "./run-store.js";

const atRisk = computed(
  () => run.busy.value || run.unsaved.value || tableRun.busy.value || tableRun.unsaved.value || benchmarkUnsaved.value,
);

/** Makes the browser ask before it leaves the page, while something would be lost. */
export function askBeforeLeaving(): void {
  effect(() => {
    // Only then: some browsers do not keep a page with this listener for a return by Back.
    if (atRisk.value) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Why a link should not be followed now; empty if it may be. */
export function whyNot({ tab, changesSettings, changesTable }: Link): string {
  const { busy, unsaved } = tab === "data" ? tableRun : run;
  if ((changesSettings || changesTable) && busy.peek()) return "a run with other settings is under way";
  if (changesTable && unsaved.peek()) return "it opens another table, and you have not saved the results for this one";
  return "";
}
