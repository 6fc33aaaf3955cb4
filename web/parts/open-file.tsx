/** Opens a model or a checkpoint from the reader's disk. */

import { useRef } from "preact/hooks";
import { busy, open, opened, ready } from "../page/run-store.js";
import { readFile } from "../page/save-file.js";
import { Button } from "./button.js";

export function OpenFile() {
  const input = useRef<HTMLInputElement>(null);
  const take = async () => {
    const field = input.current as HTMLInputElement;
    const [file] = field.files ?? [];
    if (file) await open(await readFile(file));
    // The same file may be chosen again.
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
