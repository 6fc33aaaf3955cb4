/** All settings of a run. */

import { INITIALIZERS } from "../run/settings.js";
import { SelectField, TextField } from "./field.js";
import { LayerList } from "./layer-list.js";
import { useSettings } from "./settings-context.js";

const ACTIVATION_TITLES = {
  relu: "ReLU",
  leakyRelu: "Leaky ReLU",
  elu: "ELU",
  gelu: "GELU",
  silu: "SiLU",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
};
const OPTIMIZER_TITLES = {
  sgd: "SGD",
  momentum: "SGD, momentum",
  adam: "Adam",
  adamw: "AdamW",
  rmsprop: "RMSProp",
  adagrad: "Adagrad",
};
const ARITHMETIC_TITLES = {
  auto: "Fastest here",
  relaxed: "Relaxed SIMD (fused)",
  simd: "Plain SIMD",
  deterministic: "Same on every machine",
};
const INIT_TITLES: Readonly<Record<string, string>> = {
  normal: "N(0, 0.01²)",
  glorotUniform: "Glorot uniform",
  glorotNormal: "Glorot normal",
  heUniform: "He uniform",
  heNormal: "He normal",
  lecunUniform: "LeCun uniform",
  lecunNormal: "LeCun normal",
  orthogonal: "Orthogonal",
  zeros: "Zeros",
};
const INIT_OPTIONS = Object.fromEntries(INITIALIZERS.map((name) => [name, INIT_TITLES[name] ?? name]));

export function SettingsForm({ inputs, outputs }: { readonly inputs: number; readonly outputs: number }) {
  const { busy, change, defaults } = useSettings();
  return (
    <form class="settings" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <fieldset disabled={busy.value}>
        <legend class="visually-hidden">Network and training</legend>
        <LayerList inputs={inputs} outputs={outputs} />
        <div class="field-grid">
          <SelectField name="activation" label="Activation" options={ACTIVATION_TITLES} />
          <TextField name="dropout" label="Dropout" />
          <SelectField name="optimizer" label="Optimizer" options={OPTIMIZER_TITLES} />
          <TextField name="rate" label="Learning rate" />
          <TextField name="batch" label="Batch size" />
          <TextField name="epochs" label="Epochs" />
          <SelectField name="init" label="Initial weights" options={INIT_OPTIONS} />
          <TextField name="seed" label="Seed" />
          <TextField name="threads" label="Threads" numeric={false} />
          <SelectField name="arithmetic" label="Arithmetic" options={ARITHMETIC_TITLES} />
        </div>
        <button type="button" class="quiet" onClick={() => change(defaults)}>
          Back to the defaults
        </button>
      </fieldset>
    </form>
  );
}
