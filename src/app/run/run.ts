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
  /** Batches before the first pause; default no pause. */
  readonly batches?: number;
  /** Epochs a second at most; 0, the default: no limit. */
  readonly pace?: number;
  /** Of a checkpoint's file; default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** SHA-256 where there is no Web Crypto. */
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
    // Until it goes on, a run is where its checkpoint is.
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
   * Begins to train, to the end or until it is stopped; updates and the status are sent, errors too.
   *
   * @throws what is refused before the first batch; nothing is sent then, and the checkpoint is where it was
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

  /** When it has ended, in whatever way. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Epochs a second at most; 0: no limit. */
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

  /** Does nothing to a run that is not under way. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#interruption.abort();
    this.#gate.allow(Number.POSITIVE_INFINITY);
    // Who stops it may wait for the end of a batch no longer than it has the patience for.
    try {
      this.#keep();
    } catch {
      // While callbacks are told of a batch there is no checkpoint: the one before has to do.
    }
  }

  /** The run's state, in a pause or after its end. @throws Error while batches are trained */
  checkpoint(): CheckpointContents {
    return this.#checkpoint ?? this.#run.checkpoint();
  }

  /** The same as a file. */
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

  /** A network whose loss diverged can still be looked at. After anything else, lack of memory say, nothing is to be relied on. */
  #fail(error: Error): void {
    this.#updates.flush(this.#run);
    const isBroken = !(error instanceof DivergenceError);
    this.#send({ kind: "status", status: "failed", message: error.message, ...(isBroken && { isBroken }) });
  }

  /** Tells what another process can go on from. */
  #keep(): void {
    this.#updates.flush(this.#run);
    this.#send({ kind: "kept", checkpoint: this.checkpointFile() });
  }

  async #tell(status: "paused" | "stopped" | "finished"): Promise<void> {
    this.#updates.flush(this.#run);
    const state = this.plan.network.stateDict();
    // Told at once: computing the hash lets messages through that belong after this one.
    this.#send({ kind: "status", status });
    this.#keep();
    this.#send({ kind: "hash", hash: await weightsHash(state, this.plan.digest) });
  }
}
