/** The page's entry. */

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/explore.css";
import "./styles/own-data.css";
import "./styles/tables.css";
import { render } from "preact";
import { App } from "./app.js";
import { takeDrops } from "./page/drops.js";
import { keepFocus } from "./page/keep-focus.js";
import { askBeforeLeaving, whyNot } from "./page/keep-runs.js";
import { followLocation } from "./page/location.js";
import { loadData } from "./page/run-store.js";

followLocation(whyNot);
render(<App />, document.getElementById("app") as HTMLElement);
void loadData();
askBeforeLeaving();
keepFocus();
takeDrops();
registerServiceWorker();

/** The service worker keeps the built site, so that it opens offline. */
function registerServiceWorker(): void {
  // During development, a kept copy would hide changes to the files.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("./service-worker.js").catch((error: Error) => {
      console.warn(`the page will not open offline: ${error.message}`);
    });
  });
}
