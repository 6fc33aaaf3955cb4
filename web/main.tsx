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
import { followLocation } from "./page/location.js";
import { registerServiceWorker } from "./page/offline.js";
import { openRunStore } from "./page/run-store.js";

followLocation();
render(<App />, document.getElementById("app") as HTMLElement);
void openRunStore();
registerServiceWorker();
