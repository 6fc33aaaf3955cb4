/**
 * `peers`: trains the MNIST example network with this library and with others: same rows in the same order, same initial
 * weights, plain SGD. Each system is a child process and runs once per round, so a busy machine slows all of them down.
 * A system that is not installed is skipped. Those in Python need NumPy, PyTorch or scikit-learn in `python3`.
 */

import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Context } from "../src/app/benchmark/context.js";
import { summarize } from "../src/app/benchmark/measure.js";
import type { EngineOptions } from "../src/index.js";
import { type PeerCommand, PeerProcess } from "./peers/peer-process.js";
import { writeWorkload } from "./peers/workload.js";

/** One line of the benchmark. */
export interface PeerResult {
  readonly bench: "peers";
  readonly system: string;
  readonly version: string;
  readonly threads: number;
  readonly samplesPerSecond: number;
  /** Interquartile range over median. */
  readonly spread: number;
  /** Mean loss over the first 2000 rows after 300 steps: it shows that all learn the same. */
  readonly loss: number;
  /** How many times as fast this library is with its default options. */
  readonly ratio: number;
}

/** The line for a system that does not run here. */
export interface SkippedPeer {
  readonly bench: "peers";
  readonly system: string;
  readonly skipped: string;
}

/** Options for `benchPeers`. */
export interface PeersOptions {
  /** Timed rounds; default 15. */
  readonly rounds?: number;
  /** About how long a system runs per round; default 0.5. */
  readonly turnSeconds?: number;
  /** Run only the systems whose names contain this text, and this library. */
  readonly only?: string | undefined;
}

interface System {
  readonly name: string;
  /** Tried in order until one starts. */
  readonly commands: readonly PeerCommand[];
}

/** A system that runs. */
interface Entrant {
  readonly name: string;
  readonly peer: PeerProcess;
  /** After the first turn. */
  loss: number;
  /** Of the next turn. */
  steps: number;
  /** Steps a second, turn by turn. */
  readonly rates: number[];
}

/** This library with default options: the others are compared with it. */
const OWN = "simdgrad";
/** Losses are compared after this many steps, which also compile and warm up. */
const LOSS_STEPS = 300;
/** Rounds that do not count: one for the loss, and one to find how many steps fit a round once everything is warm. */
const WARM_UP_TURNS = 2;
/** Milliseconds between two systems: spinning threads go to sleep. */
const PAUSE = 50;

/** Yields a line per system once all are done. */
export async function* benchPeers(
  createEngine: Context["createEngine"],
  { rounds = 15, turnSeconds = 0.5, only = "" }: PeersOptions = {},
): AsyncGenerator<PeerResult | SkippedPeer> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-peers-"));
  const children = new AbortController();
  // Each child is one.
  setMaxListeners(0, children.signal);
  const cleanUp = () => {
    children.abort();
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = () => process.exit(130);
  process.once("exit", cleanUp).once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const engine = await createEngine();
    const { batch } = await writeWorkload(folder, engine);
    engine.dispose();
    const { variant, revectorize } = engine.info();
    const all = systems(folder, { variant, revectorize }).filter(
      ({ name }) => name.includes(OWN) || name.includes(only),
    );
    const { entrants, skipped } = await compete(all, rounds, turnSeconds, children.signal);
    const own = summarize(entrants.get(OWN)?.rates.slice(WARM_UP_TURNS) ?? []).median;
    for (const { name } of all) {
      const reason = skipped.get(name);
      if (reason !== undefined) yield { bench: "peers", system: name, skipped: reason };
      else yield toResult(entrants.get(name) as Entrant, batch, own);
    }
  } finally {
    process.off("exit", cleanUp).off("SIGINT", interrupted).off("SIGTERM", interrupted);
    cleanUp();
  }
}

function systems(folder: string, engine: EngineOptions): System[] {
  const file = (name: string) => fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
  const node = (name: string, script: string, ...args: string[]): System => ({
    name,
    commands: [
      { program: process.execPath, args: ["--import", import.meta.resolve("tsx"), file(script), folder, ...args] },
    ],
  });
  // The number of threads must be set before the library is loaded.
  const python = (name: string, script: string) =>
    ["1", "2"].map((threads) => ({
      name: `${name}, ${threads} thread${threads === "1" ? "" : "s"}`,
      commands: ["python3", "/usr/bin/python3"].map((program) => ({
        program,
        args: ["-B", file(script), folder, threads],
        env: { OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads, OMP_NUM_THREADS: threads },
      })),
    }));
  return [
    node(OWN, "simdgrad.ts", JSON.stringify(engine)),
    node(`${OWN}, 1 thread`, "simdgrad.ts", JSON.stringify({ ...engine, threads: 1 })),
    node("tfjs-wasm", "tfjs.ts", "wasm"),
    node("tfjs-cpu", "tfjs.ts", "cpu"),
    node("jax-js", "jax.ts"),
    ...python("numpy", "numpy_f32.py"),
    ...python("numpy-f64", "numpy_f64.py"),
    ...python("pytorch", "pytorch.py"),
    ...python("scikit-learn", "scikit_learn.py"),
  ];
}

/** Starts all systems and runs them round by round. A system that fails drops out, and the reason is kept. */
async function compete(all: readonly System[], rounds: number, turnSeconds: number, signal: AbortSignal) {
  const entrants = new Map<string, Entrant>();
  const skipped = new Map<string, string>();
  const attempt = async (name: string, action: () => Promise<void>) => {
    await action().catch(({ message }: Error) => skipped.set(name, message));
  };
  for (const { name, commands } of all) {
    await attempt(name, async () => {
      const peer = await startAny(commands, signal);
      const entrant = { name, peer, loss: Number.NaN, steps: LOSS_STEPS, rates: [] };
      await takeTurn(entrant, turnSeconds);
      entrant.loss = await peer.evaluate();
      entrants.set(name, entrant);
    });
  }
  for (let turn = 1; turn < WARM_UP_TURNS + rounds; ++turn) {
    for (const entrant of entrants.values()) {
      if (!skipped.has(entrant.name)) await attempt(entrant.name, () => takeTurn(entrant, turnSeconds));
    }
  }
  return { entrants, skipped };
}

/** The first command that starts. @throws Error with the reason for each if none does */
async function startAny(commands: readonly PeerCommand[], signal: AbortSignal): Promise<PeerProcess> {
  const reasons = new Set<string>();
  for (const command of commands) {
    try {
      return await PeerProcess.start(command, signal);
    } catch (error) {
      reasons.add((error as Error).message);
    }
  }
  throw new Error([...reasons].join("; "));
}

async function takeTurn(entrant: Entrant, seconds: number): Promise<void> {
  await pause(PAUSE);
  const rate = entrant.steps / (await entrant.peer.train(entrant.steps));
  entrant.rates.push(rate);
  entrant.steps = Math.max(1, Math.round(rate * seconds));
}

function toResult({ name, peer, loss, rates }: Entrant, batch: number, own: number): PeerResult {
  const { median, spread } = summarize(rates.slice(WARM_UP_TURNS));
  const samplesPerSecond = batch * median;
  return { bench: "peers", system: name, ...peer.greeting, samplesPerSecond, spread, loss, ratio: own / median };
}
