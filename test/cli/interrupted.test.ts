import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../src/node/process-identity.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const preload = new URL("failing-disk.mjs", import.meta.url).href;
const iris = new URL("../../samples/iris.csv", import.meta.url).pathname;
/** Ends by signals, and would go on for hours. */
const ENDLESS = "100000000";

let folder: string;
let files: string[];
let operations: number;
const at = (...names: string[]) => join(folder, ...names);

const words = (out: string, epochs = "1") => [
  process.execPath,
  ...[
    "--import",
    preload,
    command,
    "train",
    iris,
    "--target",
    "target",
    "--epochs",
    epochs,
    "--early-stopping",
    "none",
  ],
  ...["--hidden", "4", "--threads", "1", "--out", out],
];
const quote = (all: readonly string[]) => all.map((word) => `'${word}'`).join(" ");

/** Runs it to its end, also when its parent ends before: the exit code, and what it wrote to its streams. */
async function run(
  [file = "", ...args]: readonly string[],
  settings: { readonly AT?: number; readonly ACTION?: string } = {},
): Promise<{ code: number; output: string }> {
  const EXIT_CODE = at("exit-code");
  await rm(EXIT_CODE, { force: true });
  const env = { ...process.env, ...settings, AT: String(settings.AT ?? 0), EXIT_CODE };
  const output = await new Promise<string>((resolve) => {
    execFile(file, args, { env, timeout: 30_000, cwd: folder }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
  for (let waited = 0; waited < 600; ++waited) {
    const [code, pid] = (await readFile(EXIT_CODE, "utf8").catch(() => "")).split(" ").map(Number);
    // It says so before its own work at the end, then goes.
    if (pid !== undefined && !isAlive(pid)) return { code: code as number, output };
    await wait(50);
  }
  throw new Error(`no exit in half a minute: ${output}`);
}

/** The command in a terminal of its own, as the leader of its session. */
const inTerminal = (all: readonly string[]) => ["script", "-qfc", `exec ${quote(all)}`, "/dev/null"];

/** All files of a run, and its bits. */
async function expectWhole(out: string): Promise<void> {
  expect((await readdir(out)).sort()).toEqual(files);
  expect(await readFile(join(out, "model.safetensors"))).toEqual(await readFile(at("whole", "model.safetensors")));
  expect(await readFile(join(out, "report.html"), "utf8")).toMatch(/<\/html>\s*$/);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interrupted-"));
  const { code, output } = await run(words(at("whole")));
  expect(code).toBe(0);
  operations = Number(/operations (\d+)/.exec(output)?.[1]);
  files = (await readdir(at("whole"))).sort();
  expect(files).toHaveLength(7);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** Of the last five files, model to report, of each another operation: open, write, sync, rename, the folder's sync. */
const whileResultsAreWritten = () => [24, 18, 12, 6, 0].map((left) => operations - left);

describe("while results are written", () => {
  it.each([
    ["SIGINT", 5],
    ["SIGTERM", 1],
    ["SIGHUP", 1],
  ] as const)(
    "%s: they are all written",
    async (ACTION, times) => {
      for (const AT of whileResultsAreWritten().slice(0, times)) {
        const { code, output } = await run(words(at(ACTION)), { AT, ACTION });
        expect([AT, code]).toEqual([AT, 0]);
        expect(output).toContain("written: ");
        await expectWhole(at(ACTION));
        await rm(at(ACTION), { recursive: true });
      }
    },
    120_000,
  );

  it("a closed terminal: they are all written", async () => {
    for (const AT of whileResultsAreWritten()) {
      expect([AT, (await run(inTerminal(words(at("closed"))), { AT, ACTION: "hangUp" })).code]).toEqual([AT, 0]);
      await expectWhole(at("closed"));
      await rm(at("closed"), { recursive: true });
    }
  }, 120_000);

  it("a second Ctrl-C ends at once with 130; no file is torn, no temporary one left", async () => {
    for (const AT of whileResultsAreWritten()) {
      await cp(at("whole"), at("twice"), { recursive: true });
      const { code, output } = await run(words(at("twice")), { AT, ACTION: "SIGINT SIGINT" });
      expect([AT, code]).toEqual([AT, 130]);
      expect(output).not.toContain("written: ");
      await expectWhole(at("twice"));
    }
  }, 120_000);
});

describe("while it trains", () => {
  it.each([
    ["a closed terminal", "hangUp", inTerminal],
    ["SIGHUP in a terminal", "SIGHUP", inTerminal],
    ["Ctrl-C in a terminal", "SIGINT", inTerminal],
    ["SIGTERM", "SIGTERM", (all: readonly string[]) => all],
  ])(
    "%s stops it after the batch, and everything is written",
    async (name, ACTION, wrap) => {
      const out = at(name.replaceAll(" ", "-"));
      // While run.json is written.
      const { code } = await run(wrap([...words(out, ENDLESS)]), { AT: 6, ACTION });
      expect(code).toBe(0);
      expect((await readdir(out)).sort()).toEqual(files);
      expect(JSON.parse(await readFile(join(out, "history.json"), "utf8"))).toMatchObject({ interrupted: true });
    },
    60_000,
  );

  it("without a terminal SIGHUP ends no other command either", async () => {
    const out = at("predictions.csv");
    const all = [process.execPath, "--import", preload, command, "predict", at("whole"), iris, "--out", out];
    expect((await run(all, { AT: 1, ACTION: "SIGHUP" })).code).toBe(0);
    expect(await readFile(out, "utf8")).toMatch(/^prediction,/);
  });

  it("under nohup a closed terminal is nothing: the training goes on to its end", async () => {
    for (const AT of [1, 6, operations]) {
      const all = ["nohup", ...words(at("nohup"), "3")];
      expect([AT, (await run(inTerminal(all), { AT, ACTION: "hangUp" })).code]).toEqual([AT, 0]);
      expect((await readdir(at("nohup"))).sort()).toEqual(files);
      const { epochs, interrupted } = JSON.parse(await readFile(at("nohup", "history.json"), "utf8"));
      expect([epochs.length, interrupted]).toEqual([3, undefined]);
      expect(await readFile(at("nohup.out"), "utf8")).toMatch(/epoch +2 /);
      await rm(at("nohup"), { recursive: true });
      await rm(at("nohup.out"));
    }
  }, 60_000);
});
