/** Opens a saved model of a table and predicts other rows with it. */

import { MODEL_ENDINGS, TABLE_ENDINGS } from "../page/drops.js";
import { FileDrop } from "./file-drop.js";
import { busy, downloadPredictions, openedModel, openModel, predicted } from "./store.js";

export function OpenedModel() {
  const model = openedModel.value;
  // Opening a model would end the run.
  if (busy.value) return null;
  return (
    <section class="opened-model" aria-labelledby="model-title">
      <h2 id="model-title">Predict with a saved model</h2>
      <FileDrop
        title="Open a model"
        hint="model.safetensors or model.onnx of a table, saved by this page or by the command line."
        accept={MODEL_ENDINGS}
        onFile={openModel}
      />
      {model && (
        <>
          <p>
            <strong>{model.name}</strong> predicts {model.target}
            {model.classes ? ` as one of ${model.classes.length} classes` : ""} from {model.features.length} columns:{" "}
            {model.features.slice(0, 12).join(", ")}
            {model.features.length > 12 ? ", …" : ""}.
          </p>
          <FileDrop
            title="Predict the rows of a table"
            hint="The table needs these columns; others are ignored. You get the predictions as a CSV file."
            accept={TABLE_ENDINGS}
            onFile={downloadPredictions}
          />
          <p class="hint" role="status">
            {predicted}
          </p>
        </>
      )}
    </section>
  );
}
