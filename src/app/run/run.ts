/** Run: one run of `fit` that you can pause, step, stop and resume. */

import {
  type CheckpointContents,
  DivergenceError,
  fit,
  type Network,
  type Rows,
  saveCheckpoint,
  type TrainingRun,
} from "../../index.js";
import { type Digest, weightsHash } from "../weights-hash.js";
import type { RunEvent } from "./events.js";
import type { FitPlan } from "./fit-plan.js";
import { Gate } from "./gate.js";
import { Keeper } from "./keeper.js";
import { Pace } from "./pace.js";
import { UpdateSender } from "./updates.js";

/** What a run trains, on what, and how. */
export interface RunPlan extends FitPlan {
  readonly network: Network;
  readonly data: Rows;
  /** The checkpoint to resume from. */
  readonly resume?: CheckpointContents;
  /** Batches before the first pause; default: no pause. */
  readonly batches?: number;
  /** Most epochs per second; default 0: no limit. */
  readonly pace?: number;
  /** Metadata for checkpoint files; default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** SHA-256 for pages without Web Crypto. */
  readonly digest?: Digest;
}

export class Run {
  readonly plan: RunPlan;
  readonly #run: TrainingRun;
  readonly #gate: Gate;
  readonly #updates: UpdateSender;
  readonly #keeper: Keeper;
  readonly #pace: Pace;
  readonly #interruption = new AbortController();
  readonly #send: (event: RunEvent) => void;
  #checkpoint: CheckpointContents | undefined;
  #onBegun = () => {};
  #ended: Promise<void> = Promise.resolve();
  #isRunning = false;

  /** @throws as `fit` */
  constructor(plan: RunPlan, send: (event: RunEvent) => void) {
    const { network, data, options, stopping, resume, batches = Number.POSITIVE_INFINITY } = plan;
    this.plan = plan;
    // Until it begins, a resumed run is at its checkpoint.
    this.#checkpoint = resume;
    this.#send = send;
    this.#updates = new UpdateSender(options.batchSize, (update) => send({ kind: "update", update }));
    this.#keeper = new Keeper(() => this.#keep());
    this.#pace = new Pace(plan.pace ?? 0);
    this.#gate = new Gate(
      batches,
      () => void this.#tell("paused"),
      () => {
        this.#updates.mark();
        this.#keeper.mark();
        send({ kind: "status", status: "running" });
      },
    );
    this.#run = fit(network, data, {
      ...options,
      callbacks: [
        { onTrainBegin: () => this.#onBegun() },
        ...(stopping ? [stopping] : []),
        this.#updates,
        this.#keeper,
        this.#pace,
        this.#gate,
      ],
      signal: this.#interruption.signal,
      onWarning: (message) => send({ kind: "warning", message }),
      ...(resume && { resume }),
    });
  }

  /**
   * Starts training, which ends by itself or by `stop`. Sends updates, status and errors as events.
   *
   * @throws errors before the first batch. It then sends nothing and keeps the checkpoint
   */
  async begin(): Promise<void> {
    const before = this.#checkpoint;
    this.#checkpoint = undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        let begun = false;
        this.#onBegun = () => {
          begun = true;
          this.#isRunning = true;
          this.#send({ kind: "status", status: "running" });
          resolve();
        };
        this.#ended = this.#train((error) => {
          if (begun) this.#fail(error);
          else reject(error);
        });
      });
    } catch (error) {
      this.#checkpoint = before;
      throw error;
    }
  }

  /** Resolves when the run has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Most epochs per second; 0: no limit. */
  get pace(): number {
    return this.#pace.epochsPerSecond;
  }

  set pace(epochsPerSecond: number) {
    this.#pace.epochsPerSecond = epochsPerSecond;
  }

  pause(): void {
    this.#gate.allow(0);
  }

  step(): void {
    this.#gate.allow(1);
  }

  continue(): void {
    this.#gate.allow(Number.POSITIVE_INFINITY);
  }

  /** Stops the run after its batch; does nothing if it is not running. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#interruption.abort();
    this.#gate.allow(Number.POSITIVE_INFINITY);
    // The caller may not wait until the batch ends.
    try {
      this.#keep();
    } catch {
      // No checkpoint is possible while callbacks run; the last one remains.
    }
  }

  /** The state of the run, during a pause or after its end. @throws Error while it trains a batch */
  checkpoint(): CheckpointContents {
    return this.#checkpoint ?? this.#run.checkpoint();
  }

  /** The same state as a file. */
  checkpointFile(): Uint8Array<ArrayBuffer> {
    return saveCheckpoint(this, this.plan.metadata) as Uint8Array<ArrayBuffer>;
  }

  async #train(onError: (error: Error) => void): Promise<void> {
    try {
      await this.#run.run();
      this.#checkpoint = this.#run.checkpoint();
    } catch (error) {
      onError(error as Error);
      return;
    } finally {
      this.#isRunning = false;
    }
    await this.#tell(this.#interruption.signal.aborted ? "stopped" : "finished");
  }

  /** You can still inspect a network whose loss diverged. After any other error, such as lack of memory, the engine is not reliable. */
  #fail(error: Error): void {
    this.#updates.flush(this.#run);
    const isBroken = !(error instanceof DivergenceError);
    this.#send({ kind: "status", status: "failed", message: error.message, ...(isBroken && { isBroken }) });
  }

  /** Sends a checkpoint from which another process can resume. */
  #keep(): void {
    this.#updates.flush(this.#run);
    this.#send({ kind: "kept", checkpoint: this.checkpointFile() });
  }

  async #tell(status: "paused" | "stopped" | "finished"): Promise<void> {
    this.#updates.flush(this.#run);
    const state = this.plan.network.stateDict();
    // Send the status before hashing, because messages that belong after it can arrive while the hash is computed.
    this.#send({ kind: "status", status });
    this.#keep();
    this.#send({ kind: "hash", hash: await weightsHash(state, this.plan.digest) });
  }
}
