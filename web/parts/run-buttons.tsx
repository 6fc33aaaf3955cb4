import { ready, resume, start, status, steer } from "../page/run-store.js";

/** What can be done with the run as it is. */
export function RunButtons() {
  const state = status.value;
  const active = state === "running" || state === "paused";
  const over = state === "stopped" || state === "finished";
  return (
    <fieldset class="buttons" aria-label="Run controls">
      {active ? (
        <button type="button" class="primary" onClick={() => steer(state === "running" ? "pause" : "continue")}>
          {state === "running" ? "Pause" : "Continue"}
        </button>
      ) : (
        <button type="button" class="primary" disabled={!ready.value || state === "starting"} onClick={() => start()}>
          {over || state === "failed" ? "Start over" : "Start training"}
        </button>
      )}
      <button
        type="button"
        disabled={!ready.value || state === "starting" || state === "running" || over}
        onClick={() => (active ? steer("step") : start(true))}
      >
        Step
      </button>
      <button type="button" disabled={!active} onClick={() => steer("stop")}>
        Stop
      </button>
      <button type="button" disabled={!over} onClick={resume}>
        Resume
      </button>
    </fieldset>
  );
}
