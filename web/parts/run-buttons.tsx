import type { ReadonlySignal } from "@preact/signals";
import { ready, resume, start, status, steer } from "../page/run-store.js";
import type { RunStatus } from "../protocol.js";

/** A run as its buttons see it. */
export interface SteeredRun {
  readonly status: ReadonlySignal<RunStatus | "idle" | "starting">;
  /** Whether there is something to train on. */
  readonly ready: ReadonlySignal<boolean>;
  /** Starts anew; with `step` it pauses after one batch. */
  start(step?: boolean): unknown;
  steer(name: "pause" | "continue" | "step" | "stop"): unknown;
  resume(): unknown;
}

const DIGITS: SteeredRun = { status, ready, start, steer, resume };

/** What can be done with a run as it is: that on MNIST, unless another is given. */
export function RunButtons({ run = DIGITS }: { readonly run?: SteeredRun }) {
  const state = run.status.value;
  const active = state === "running" || state === "paused";
  const over = state === "stopped" || state === "finished";
  return (
    <fieldset class="buttons" aria-label="Run controls">
      {active ? (
        <button type="button" class="primary" onClick={() => run.steer(state === "running" ? "pause" : "continue")}>
          {state === "running" ? "Pause" : "Continue"}
        </button>
      ) : (
        <button
          type="button"
          class="primary"
          disabled={!run.ready.value || state === "starting"}
          onClick={() => run.start()}
        >
          {over || state === "failed" ? "Start over" : "Start training"}
        </button>
      )}
      <button
        type="button"
        disabled={!run.ready.value || state === "starting" || state === "running" || over}
        onClick={() => (active ? run.steer("step") : run.start(true))}
      >
        Step
      </button>
      <button type="button" disabled={!active} onClick={() => run.steer("stop")}>
        Stop
      </button>
      <button type="button" disabled={!over} onClick={() => run.resume()}>
        Resume
      </button>
    </fieldset>
  );
}
