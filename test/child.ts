/** Scripts over the built library in processes of their own. */

import { spawn } from "node:child_process";

export interface ScriptResult {
  readonly code: number | null;
  readonly stderr: string;
  /** What the script gave to `report`. */
  readonly reports: readonly unknown[];
  /** From the last report to the end of the process. */
  readonly millisecondsToExit: number;
}

const library = new URL("../build/index.js", import.meta.url).href;

/** Makes `Worker` replaceable before the library is loaded; those that were started are kept in `workers`. */
const PROLOGUE = `
  import { syncBuiltinESMExports } from "node:module";
  import workerThreads from "node:worker_threads";
  const report = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
  const workers = [];
  function replaceWorker(make) {
    workerThreads.Worker = make(workerThreads.Worker);
    syncBuiltinESMExports();
  }
  replaceWorker((Worker) => class extends Worker {
    constructor(...args) {
      super(...args);
      workers.push(this);
    }
  });
  const load = () => import(${JSON.stringify(library)});
`;

/** Runs a module that finds `load`, `report`, `workers` and `replaceWorker`; kills it when it takes half a minute. */
export function runScript(source: string): Promise<ScriptResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", PROLOGUE + source], { timeout: 30_000 });
    let [stdout, stderr, lastReport] = ["", "", performance.now()];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      lastReport = performance.now();
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const reports = stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown);
      resolve({ code, stderr, reports, millisecondsToExit: performance.now() - lastReport });
    });
  });
}
