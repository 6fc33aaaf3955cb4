/** A run's result: the hash of its weights, a link that repeats it, its files. */

import { linkTo } from "../page/location.js";
import { call, engine, hash, hasNetwork, opened, run, save } from "../page/run-store.js";
import { Button } from "./button.js";
import { CopyText } from "./copy-text.js";
import { EngineLine } from "./engine-notes.js";

export function RunResult() {
  const info = engine.value;
  if (!info) return null;
  return (
    <section class="result" aria-label="Result">
      {opened.value && <p>{opened.value}</p>}
      <EngineLine info={info} />
      {hash.value && (
        <p class="hash">
          <span>Weights, SHA-256</span> <code data-testid="hash">{hash.value}</code>
        </p>
      )}
      {(hash.value || (run.over.value && hasNetwork.value)) && (
        <div class="buttons">
          {run.settings.value && <CopyText title="Copy a link to this run" name="Link to this run" text={linkToRun} />}
          <Button onClick={() => save(() => call("saveModel", { format: "safetensors" }))}>Download the model</Button>
          <Button onClick={() => save(() => call("saveModel", { format: "onnx" }))}>Download as ONNX</Button>
          {run.settings.value && (
            <Button onClick={() => save(() => call("checkpoint", undefined))}>Download a checkpoint</Button>
          )}
        </div>
      )}
    </section>
  );
}

/** The link names the binary that ran, because another machine may choose another as the fastest. */
function linkToRun(): string {
  const given = run.settings.value;
  const variant = engine.value?.variant;
  if (!given || !variant) return "";
  return linkTo({ ...given, arithmetic: given.arithmetic === "auto" ? variant : given.arithmetic });
}
