/** The worker of the tab of own data. */

import type { TableCalls } from "../protocol/tables.js";
import { runHandlers } from "./run-handlers.js";
import { post, serveCalls } from "./serve-calls.js";
import { TableSession } from "./table/table-session.js";

const session = new TableSession((event) => post({ event }));

serveCalls<TableCalls>({
  openTable: (file) => session.openTable(file),
  describe: (wanted) => session.describe(wanted),
  start: (wanted) => session.start(wanted),
  restore: (wanted) => session.restore(wanted),
  ...runHandlers(session),
  resume: (wanted) => session.resume(wanted),
  pace: (epochsPerSecond) => {
    session.run.pace = epochsPerSecond;
  },
  plane: (wanted) => session.plane(wanted),
  result: () => session.result(),
  predict: (file) => session.predict(file),
  saveModel: (wanted) => session.saveModel(wanted),
  openModel: (file) => session.openModel(file),
});
