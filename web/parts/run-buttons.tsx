import type { ReadonlySignal } from "@preact/signals";
import type { RunState } from "../page/run-state.js";
import { run as digits, ready, resume, start } from "../page/run-store.js";
import { Button } from "./button.js";

/** What the buttons need of a run. */
export interface SteeredRun {
  readonly run: RunState;
  /** Whether there is data to train on. */
  readonly ready: ReadonlySignal<boolean>;
  /** Starts a new run. With `step` it pauses after one batch. */
  start(step?: boolean): unknown;
  resume(): unknown;
}

const DIGITS: SteeredRun = { run: digits, ready, start, resume };

/** The buttons that steer a run, by default the MNIST run. None loses the focus when pressed. */
export function RunButtons({ of = DIGITS }: { readonly of?: SteeredRun }) {
  const { run } = of;
  const state = run.status.value;
  const active = state === "running" || state === "paused";
  const isOver = run.over.value;
  const mayStart = of.ready.value && state !== "starting";
  return (
    <fieldset class="buttons" aria-label="Run controls">
      <Button
        class="primary"
        off={active ? run.asked.value !== undefined : !mayStart}
        onClick={() => (active ? run.steer(state === "running" ? "pause" : "continue") : of.start())}
      >
        {active
          ? state === "running"
            ? "Pause"
            : "Continue"
          : isOver || state === "failed"
            ? "Start over"
            : "Start training"}
      </Button>
      <Button
        off={!mayStart || state === "running" || isOver || run.asked.value === "stop"}
        onClick={() => (active ? run.steer("step") : of.start(true))}
      >
        Step
      </Button>
      <Button off={(!active && state !== "starting") || run.asked.value === "stop"} onClick={() => run.steer("stop")}>
        Stop
      </Button>
      <Button off={!isOver} onClick={() => of.resume()}>
        Resume
      </Button>
    </fieldset>
  );
}
