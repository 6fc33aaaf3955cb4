/** Asks, or says why not, before a run or its results are lost: by a link, a reload, Back, or the closed tab. */

import { computed, effect } from "@preact/signals";
import { benchmarkUnsaved } from "../benchmark/benchmark-run.js";
import { run as tableRun } from "../own-data/store.js";
import type { Link } from "./location.js";
import { run } from "./run-store.js";

const atRisk = computed(
  () => run.busy.value || run.unsaved.value || tableRun.busy.value || tableRun.unsaved.value || benchmarkUnsaved.value,
);

/** Has the browser ask before the page goes, as long as something would be lost by it. */
export function askBeforeLeaving(): void {
  effect(() => {
    // Only then: a page that listens for it is not kept by some browsers when the reader goes on and comes back.
    if (atRisk.value) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Why a link is not to be followed at once; empty if it is. */
export function whyNot({ tab, changesSettings, changesTable }: Link): string {
  const { busy, unsaved } = tab === "data" ? tableRun : run;
  if ((changesSettings || changesTable) && busy.peek()) return "a run with other settings is under way";
  if (changesTable && unsaved.peek()) return "it opens another table, and you have not saved the results for this one";
  return "";
}
