/** The parent's side: one child process that trains when it is told to. The protocol is in `serve.ts`. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Evaluated, Greeting, Request, Trained } from "./serve.js";

/** How to start a child. */
export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class PeerProcess {
  readonly greeting: Greeting;
  readonly #ask: (request: Request) => Promise<unknown>;

  private constructor(greeting: Greeting, ask: (request: Request) => Promise<unknown>) {
    this.greeting = greeting;
    this.#ask = ask;
  }

  /**
   * Starts a child and waits until it is ready.
   *
   * @param signal kills the child
   * @throws Error with the child's own last words when it ends before that; so do the methods when it ends later
   */
  static async start({ program, args, env }: PeerCommand, signal: AbortSignal): Promise<PeerProcess> {
    const child = spawn(program, args, { env: { ...process.env, ...env }, signal, killSignal: "SIGKILL" });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-8192);
    });
    // Whoever writes to a child that has ended learns it from `ended`.
    child.stdin.on("error", () => {});
    const ended: Promise<never> = once(child, "close").then(([code, by]) => {
      throw new Error(lastError(stderr) ?? `ended with ${by ?? `exit code ${code}`}`);
    });
    ended.catch(() => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () => {
      const { value, done } = await Promise.race([lines.next(), ended]);
      return JSON.parse(done ? await ended : value);
    };
    return new PeerProcess(await answer(), (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    });
  }

  /** Trains on the next `steps` batches. @returns seconds */
  async train(steps: number): Promise<number> {
    return ((await this.#ask({ train: steps })) as Trained).seconds;
  }

  /** Mean loss over the rows for evaluation. */
  async evaluate(): Promise<number> {
    return ((await this.#ask({ evaluate: true })) as Evaluated).loss;
  }
}

/** The line that names the error, which Node follows with the stack and its version; the last line if none does. */
function lastError(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /^\w*(Error|Exception|Interrupt)\b/.test(line)) ?? lines.at(-1);
}
