/** The page: header, tabs, and the panel of the open one. */

import type { ComponentType } from "preact";
import { run as tableRun } from "./own-data/store.js";
import { DROP_HINTS, dragging, dropNote } from "./page/drops.js";
import { followLink, heldLink, linkProblems, TABS, type TabName, tab } from "./page/location.js";
import { run } from "./page/run-store.js";
import { theme, toggleTheme } from "./page/theme.js";
import { Button } from "./parts/button.js";
import { TabList } from "./parts/tab-list.js";
import { BenchmarkTab } from "./tabs/benchmark-tab.js";
import { DataTab } from "./tabs/data-tab.js";
import { ExploreTab } from "./tabs/explore-tab.js";
import { TrainTab } from "./tabs/train-tab.js";

const PANELS: Readonly<Record<TabName, { readonly title: string; readonly Panel: ComponentType }>> = {
  train: { title: "Train", Panel: TrainTab },
  explore: { title: "Explore", Panel: ExploreTab },
  data: { title: "Own data", Panel: DataTab },
  benchmark: { title: "Benchmark", Panel: BenchmarkTab },
};

export function App() {
  const open = tab.value;
  const { Panel } = PANELS[open];
  return (
    <>
      <header class="page-header">
        <a class="wordmark" href="./" aria-label="simdgrad, start page" onClick={goToStart}>
          simdgrad
        </a>
        <TabList tabs={TABS.map((name) => ({ name, title: PANELS[name].title }))} open={open} />
        <ThemeToggle />
      </header>
      <main>
        {linkProblems.value.length > 0 && (
          <div class="notice" role="alert">
            This link has settings that cannot be used. The page uses the defaults for them.{" "}
            {linkProblems.value.join("; ")}
          </div>
        )}
        <HeldLink />
        {dropNote.value && (
          <p class="notice" role="alert">
            {dropNote.value}
          </p>
        )}
        <div role="tabpanel" id={`panel-${open}`} aria-labelledby={`tab-${open}`} tabIndex={-1}>
          <Panel />
        </div>
      </main>
      <footer class="page-footer">
        Everything runs in this page, on your CPU: no data leaves it. MNIST is CC BY-SA 3.0.
      </footer>
      {dragging.value && (
        <p class="drop-hint" aria-hidden="true">
          {DROP_HINTS[open]}
        </p>
      )}
    </>
  );
}

/** Opens the first tab without reloading the page, so that runs and settings stay. */
function goToStart(event: MouseEvent): void {
  // The browser opens a new tab or window for these.
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  tab.value = "train";
}

/** A link that would have lost a run. The reader follows it later or dismisses it. */
function HeldLink() {
  const held = heldLink.value;
  if (!held) return null;
  const busy = (held.link.tab === "data" ? tableRun : run).busy.value;
  return (
    <section class="note held-link" aria-label="Link">
      <p role="status">The link was not followed: {held.why}.</p>
      <div class="buttons">
        <Button off={busy} onClick={() => followLink(held.link)}>
          Follow it{busy && " once the run is stopped"}
        </Button>
        <Button
          onClick={() => {
            heldLink.value = undefined;
          }}
        >
          Stay here
        </Button>
      </div>
    </section>
  );
}

/** Switches between dark and light. */
function ThemeToggle() {
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <button type="button" class="icon-button" aria-label={`Switch to ${other} colours`} onClick={toggleTheme}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M10 3.5 a6.5 6.5 0 0 1 0 13 z" fill="currentColor" />
      </svg>
    </button>
  );
}
