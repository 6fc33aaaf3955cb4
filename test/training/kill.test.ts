import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { readCheckpoint } from "../../src/node/index.js";

const module = (path: string) => JSON.stringify(new URL(`../../build/${path}`, import.meta.url).href);

/** Trains over the built library, going on from the checkpoint in its folder; says when it wrote one, and the final hash. */
const TRAINING = `
  import { createHash } from "node:crypto";
  import { Checkpoint, createEngine, Dense, EarlyStopping, fit, Network, ReLU } from ${module("index.js")};
  import { fileCheckpoint, readCheckpoint } from ${module("node/index.js")};

  const path = process.argv[1];
  const engine = await createEngine({ seed: 3, threads: 1, tile: "4x8", variant: "simd" });
  const rows = 600;
  const inputs = Float32Array.from({ length: rows * 8 }, () => engine.random.normal());
  const targets = Int32Array.from({ length: rows }, (_, row) => Number(inputs[row * 8] * inputs[row * 8 + 1] > 0));
  const network = new Network(engine, [new Dense(8, 32, { init: "heNormal" }), new ReLU(), new Dense(32, 2)]);
  const write = fileCheckpoint(path);
  const callbacks = [
    new EarlyStopping({ patience: 1000, restoreBest: true }),
    new Checkpoint({
      everyBatches: 2,
      write: async (bytes, position) => {
        await write(bytes, position);
        process.stdout.write("written\\n");
      },
    }),
  ];
  const resume = await readCheckpoint(path);
  const run = fit(network, engine.dataset({ inputs, shape: [rows, 8], targets }), {
    epochs: 30, batchSize: 16, accumulate: 3, validationSplit: 0.2, callbacks, ...(resume && { resume }),
  });
  const history = await run.run();
  const hash = createHash("sha256").update(JSON.stringify([...history.values("trainLoss"), ...history.values("valLoss")]));
  for (const { data } of Object.values(network.stateDict())) hash.update(data);
  process.stdout.write("done " + hash.digest("hex") + "\\n");
  engine.dispose();
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simdgrad-kill-"));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (path: string) => spawn(process.execPath, ["--input-type=module", "--eval", TRAINING, path]);

/** Waits for the child's end; `onWritten` is told how many checkpoints it has written. Returns the hash it found, if it did. */
function outcome(child: ChildProcess, onWritten: (count: number) => void = () => {}): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let [output, errors] = ["", ""];
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      onWritten(output.split("written\n").length - 1);
    });
    child.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve(/done (\w+)/.exec(output)?.[1]);
      else reject(new Error(errors));
    });
  });
}

/** Runs the training until a random moment: while it starts, or some milliseconds after it has written a few checkpoints. */
async function runAndKill(path: string, random: Random): Promise<void> {
  const child = start(path);
  const kill = () => void child.kill("SIGKILL");
  if (random.below(5) === 0) {
    setTimeout(kill, random.below(150));
    await outcome(child);
    return;
  }
  const most = 1 + random.below(6);
  const delay = 3 * random.uniform();
  let due = false;
  await outcome(child, (written) => {
    if (due || written < most) return;
    due = true;
    // Timers count whole milliseconds; a write takes about one.
    const until = performance.now() + delay;
    while (performance.now() < until);
    kill();
  });
}

it("a training killed at 20 random moments ends with the bits of one that never was, and no file is ever torn", async () => {
  const expected = await outcome(start(join(folder, "uninterrupted.safetensors")));
  expect(expected).toMatch(/^[0-9a-f]{64}$/);
  const path = join(folder, "killed.safetensors");
  const random = new Random(20);
  const positions = [0];
  for (let kills = 0; kills < 20; ++kills) {
    await runAndKill(path, random);
    // Reading it checks every part: a torn file would not be taken.
    const position = (await readCheckpoint(path))?.position;
    positions.push(position ? position.epoch * 1000 + position.batch : 0);
  }
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  expect(new Set(positions).size).toBeGreaterThan(8);
  expect(await outcome(start(path))).toBe(expected);
  expect((await readdir(folder)).sort()).toEqual(["killed.safetensors", "uninterrupted.safetensors"]);
}, 120_000);
