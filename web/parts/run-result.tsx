/** What a run came to: its fingerprint, a link that repeats it, its files. */

import { useState } from "preact/hooks";
import { linkTo } from "../page/location.js";
import { engine, failure, hash, runSettings } from "../page/run-store.js";
import { saveFile } from "../page/save-file.js";
import { call } from "../page/worker-client.js";
import type { SavedFile } from "../protocol.js";
import { EngineLine } from "./engine-line.js";

export function RunResult() {
  const info = engine.value;
  if (!info) return null;
  return (
    <section class="result" aria-label="Result">
      <EngineLine info={info} />
      {hash.value && (
        <>
          <p class="hash">
            <span>Weights, SHA-256</span> <code data-testid="hash">{hash.value}</code>
          </p>
          <div class="buttons">
            <CopyLink />
            <button type="button" onClick={() => save(call("saveModel", { format: "safetensors" }))}>
              Download the model
            </button>
            <button type="button" onClick={() => save(call("saveModel", { format: "onnx" }))}>
              Download as ONNX
            </button>
            <button type="button" onClick={() => save(call("checkpoint", undefined))}>
              Download a checkpoint
            </button>
          </div>
        </>
      )}
    </section>
  );
}

/** The link names the binary that ran: "fastest" may be another one elsewhere. */
function CopyLink() {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const given = runSettings.value;
    const variant = engine.value?.variant;
    if (!given || !variant) return;
    const arithmetic = given.arithmetic === "auto" ? variant : given.arithmetic;
    await navigator.clipboard.writeText(linkTo({ ...given, arithmetic }));
    setCopied(true);
    setTimeout(setCopied, 2000, false);
  };
  return (
    <button type="button" onClick={copy}>
      {copied ? "Copied" : "Copy a link to this run"}
    </button>
  );
}

async function save(file: Promise<SavedFile>): Promise<void> {
  try {
    saveFile(await file);
  } catch (error) {
    failure.value = (error as Error).message;
  }
}
