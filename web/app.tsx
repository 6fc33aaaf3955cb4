/** The page: header, tabs, and the panel of the open one. */

import type { ComponentType } from "preact";
import { linkProblems, TABS, type TabName, tab } from "./page/location.js";
import { TabList } from "./parts/tab-list.js";
import { ThemeToggle } from "./parts/theme-toggle.js";
import { BenchmarkTab } from "./tabs/benchmark-tab.js";
import { DataTab } from "./tabs/data-tab.js";
import { ExploreTab } from "./tabs/explore-tab.js";
import { TrainTab } from "./tabs/train-tab.js";

const PANELS: Partial<Record<TabName, { readonly title: string; readonly Panel: ComponentType }>> = {
  train: { title: "Train", Panel: TrainTab },
  explore: { title: "Explore", Panel: ExploreTab },
  data: { title: "Own data", Panel: DataTab },
  benchmark: { title: "Benchmark", Panel: BenchmarkTab },
};

export function App() {
  const open = PANELS[tab.value] ? tab.value : "train";
  const shown = TABS.filter((name) => PANELS[name]);
  const { Panel } = PANELS[open] as { Panel: ComponentType };
  return (
    <>
      <header class="page-header">
        <a class="wordmark" href="./" aria-label="simdgrad, start page">
          simdgrad
        </a>
        <TabList tabs={shown.map((name) => ({ name, title: PANELS[name]?.title ?? name }))} open={open} />
        <ThemeToggle />
      </header>
      <main>
        {linkProblems.value.length > 0 && (
          <div class="notice" role="alert">
            This link has settings that cannot be used; the defaults stand in for them. {linkProblems.value.join("; ")}
          </div>
        )}
        <div role="tabpanel" id={`panel-${open}`} aria-labelledby={`tab-${open}`} tabIndex={-1}>
          <Panel />
        </div>
      </main>
      <footer class="page-footer">
        Everything runs in this page, on your CPU: no data leaves it. MNIST is CC BY-SA 3.0.
      </footer>
    </>
  );
}
