/** The worker that trains on the reader's tables. */

import type { TableTask } from "../../src/app/table-task.js";
import type { TableCalls } from "../protocol/tables.js";
import { post, serveRun } from "./serve-run.js";
import { TableSession } from "./table/table-session.js";

const table = new TableSession((event) => post({ event }));

serveRun<TableCalls, TableTask>(table.session, () => table.metadata, {
  openTable: (file) => table.openTable(file),
  describe: (wanted) => table.describe(wanted),
  start: (wanted) => table.start(wanted),
  restore: (wanted) => table.restore(wanted),
  plane: (wanted) => table.plane(wanted),
  result: () => table.result(),
  predict: (file) => table.predict(file),
  openModel: (file) => table.openModel(file),
});
