/** A look inside the MNIST network during and after training: your own digit, its weights, its mistakes. */

import { useRef } from "preact/hooks";
import { busy, open, opened, ready, run } from "../page/run-store.js";
import { readFile } from "../page/save-file.js";
import { Button } from "../parts/button.js";
import { ConfusionMatrix } from "../parts/confusion-matrix.js";
import { DrawDigit } from "../parts/draw-digit.js";
import { FirstLayerWeights } from "../parts/first-layer-weights.js";
import { RunButtons } from "../parts/run-buttons.js";
import { RunMessages, RunProgress } from "../parts/run-figures.js";

export function ExploreTab() {
  return (
    <div class="explore">
      <div class="intro">
        <div>
          <h1>Try it, and look inside</h1>
          <p>
            Draw a digit and see how the network reads it, even while it learns. Below are the patterns that its first
            layer has learned to look for, and the digits that it still gets wrong.
          </p>
        </div>
      </div>
      <section class="run" aria-label="Run">
        <div class="run-row">
          <RunButtons />
          <OpenFile />
        </div>
        <RunProgress run={run} />
        <RunMessages run={run} />
      </section>
      <DrawDigit />
      <div class="explore-pair">
        <FirstLayerWeights />
        <ConfusionMatrix />
      </div>
    </div>
  );
}

/** Opens a model or a checkpoint from the reader's disk. */
function OpenFile() {
  const input = useRef<HTMLInputElement>(null);
  const take = async () => {
    const field = input.current as HTMLInputElement;
    const [file] = field.files ?? [];
    if (file) await open(await readFile(file));
    // The reader may choose the same file again.
    field.value = "";
  };
  return (
    <div class="open-file">
      <Button off={!ready.value || busy.value} onClick={() => input.current?.click()}>
        Open a model or checkpoint
      </Button>
      <input
        ref={input}
        type="file"
        accept=".safetensors,.onnx"
        hidden
        aria-label="Model or checkpoint"
        onChange={take}
      />
      {opened.value && <p class="hint">{opened.value}</p>}
    </div>
  );
}
