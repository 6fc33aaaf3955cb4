/** Training: one run of `fit` that can be paused, stepped, stopped and taken up again. */

import { type CheckpointContents, fit, type Network, type Rows, type TrainingRun } from "../../src/index.js";
import type { WorkerEvent } from "../protocol.js";
import { weightsHash } from "../run/weights-hash.js";
import { Gate } from "./gate.js";
import { Pace } from "./pace.js";
import { Reporter } from "./reporter.js";

/** What a run trains, on what, and for how long. */
export interface TrainingPlan {
  readonly network: Network;
  readonly data: Rows;
  readonly validation: Rows;
  readonly epochs: number;
  readonly batchSize: number;
  /** To go on from. */
  readonly resume?: CheckpointContents;
  /** Batches before the first pause; default no pause. */
  readonly batches?: number;
  /** Epochs a second at most; 0, the default: no limit. */
  readonly pace?: number;
}

export class Training {
  readonly plan: TrainingPlan;
  readonly #run: TrainingRun;
  readonly #gate: Gate;
  readonly #reporter: Reporter;
  readonly #pace: Pace;
  readonly #interruption = new AbortController();
  readonly #send: (event: WorkerEvent) => void;
  #checkpoint: CheckpointContents | undefined;

  /** @throws as `fit` */
  constructor(plan: TrainingPlan, send: (event: WorkerEvent) => void) {
    const { network, data, validation, epochs, batchSize, resume, batches = Number.POSITIVE_INFINITY } = plan;
    this.plan = plan;
    // Until it goes on, a run is where its checkpoint is.
    this.#checkpoint = resume;
    this.#send = send;
    this.#reporter = new Reporter(batchSize, (update) => send({ kind: "update", update }));
    this.#pace = new Pace(plan.pace ?? 0, () => this.#reporter.mark());
    this.#gate = new Gate(
      batches,
      () => void this.#tell("paused"),
      () => {
        this.#reporter.mark();
        send({ kind: "status", status: "running" });
      },
    );
    this.#run = fit(network, data, {
      epochs,
      batchSize,
      validation,
      callbacks: [this.#reporter, this.#pace, this.#gate],
      signal: this.#interruption.signal,
      ...(resume && { resume }),
    });
  }

  /** Trains to the end, or until it is stopped; sends updates and the status, errors too. */
  async run(): Promise<void> {
    this.#checkpoint = undefined;
    this.#send({ kind: "status", status: "running" });
    try {
      await this.#run.run();
      this.#checkpoint = this.#run.checkpoint();
      await this.#tell(this.#interruption.signal.aborted ? "stopped" : "finished");
    } catch (error) {
      this.#send({ kind: "status", status: "failed", message: (error as Error).message });
    }
  }

  /** Epochs a second at most; 0: no limit. */
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

  stop(): void {
    this.#interruption.abort();
    this.#gate.allow(Number.POSITIVE_INFINITY);
  }

  /** The run's state, in a pause or after its end. @throws Error while batches are trained */
  checkpoint(): CheckpointContents {
    return this.#checkpoint ?? this.#run.checkpoint();
  }

  async #tell(status: "paused" | "stopped" | "finished"): Promise<void> {
    this.#reporter.flush(this.#run);
    const state = this.plan.network.stateDict();
    // Told at once: computing the hash lets messages through that belong after this one.
    this.#send({ kind: "status", status });
    const hash = await weightsHash(state).catch(() => undefined);
    if (hash !== undefined) this.#send({ kind: "hash", hash });
  }
}
