/** The child's side: says what it is, then answers each line of standard input. `peer.py` is the same for Python. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A system that trains, after its data is loaded and its weights are set. */
export interface Peer {
  readonly version: string;
  readonly threads: number;
  /** Trains on the next `steps` batches, from the first row again after the last. */
  train(steps: number): void | Promise<void>;
  /** Mean loss over the rows for evaluation. */
  evaluate(): number | Promise<number>;
}

/** What a child says first. */
export interface Greeting {
  readonly version: string;
  readonly threads: number;
}

/** A line that the child answers: `Trained` to the first kind, `Evaluated` to the second. */
export type Request = { readonly train: number } | { readonly evaluate: true };

export interface Trained {
  readonly seconds: number;
}

export interface Evaluated {
  readonly loss: number;
}

/** Answers until standard input ends, be it that the parent is gone; then ends the process. */
export async function serve(peer: Peer): Promise<never> {
  send({ version: peer.version, threads: peer.threads });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    if ("train" in request) {
      const start = performance.now();
      await peer.train(request.train);
      send({ seconds: (performance.now() - start) / 1000 });
    } else {
      send({ loss: await peer.evaluate() });
    }
  }
  process.exit();
}

/** The `version` in a package.json. */
export function packageVersion(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function send(message: Greeting | Trained | Evaluated): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
