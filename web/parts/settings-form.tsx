/** All settings of a run. */

import { activationTitles, initializerTitles, optimizerTitles } from "../../src/app/settings/network-names.js";
import { differingSettings, FIELDS } from "../../src/app/settings/page-settings.js";
import { Button } from "./button.js";
import { SelectField, TextField } from "./field.js";
import { LayerList } from "./layer-list.js";
import { useSettings } from "./settings-context.js";

const OPTIMIZER_TITLES = Object.fromEntries(
  Object.entries(optimizerTitles).flatMap(([name, title]) =>
    name === "sgd"
      ? [
          [name, title],
          ["momentum", `${title}, momentum`],
        ]
      : [[name, title]],
  ),
);
const ARITHMETIC_TITLES = {
  auto: "Fastest here",
  relaxed: "Relaxed SIMD (fused)",
  simd: "Plain SIMD",
  deterministic: "Same on every machine",
};

export function SettingsForm({ inputs, outputs }: { readonly inputs: number; readonly outputs: number }) {
  const { run, change, defaults } = useSettings();
  return (
    <form class="settings" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <fieldset disabled={run.busy.value}>
        <legend class="visually-hidden">Network and training</legend>
        <LayerList inputs={inputs} outputs={outputs} />
        <div class="field-grid">
          <SelectField name="activation" options={activationTitles} />
          <TextField name="dropout" />
          <SelectField name="optimizer" options={OPTIMIZER_TITLES} />
          <TextField name="learningRate" />
          <TextField name="batchSize" />
          <TextField name="epochs" />
          <SelectField name="init" options={initializerTitles} />
          <TextField name="seed" />
          <SelectField name="arithmetic" options={ARITHMETIC_TITLES} />
          <TextField name="threads" numeric={false} />
        </div>
        <Button class="quiet" onClick={() => change(defaults)}>
          Back to the defaults
        </Button>
        <OtherSettings />
      </fieldset>
    </form>
  );
}

/** Says which settings of the form differ from those of the run shown. */
function OtherSettings() {
  const { run, settings, change } = useSettings();
  const own = run.settings.value;
  if (!own || run.busy.value) return null;
  const names = differingSettings(settings.value, own).map((name) => FIELDS[name].title.toLowerCase());
  if (names.length === 0) return null;
  return (
    <section class="other-settings" aria-label="Changed settings">
      <p class="hint">
        Different from the run shown: {names.join(", ")}. “Start over” takes these settings
        {run.over.value && "; “Resume” keeps the run’s own, up to the epochs here"}.
      </p>
      <Button class="quiet" onClick={() => change(own)}>
        Restore the run’s
      </Button>
    </section>
  );
}
