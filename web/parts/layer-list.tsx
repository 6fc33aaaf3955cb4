/** The number of hidden layers, and of units in each. */

import { useRef, useState } from "preact/hooks";
import { MOST_LAYERS, MOST_UNITS } from "../../src/app/settings/schema.js";
import { Button } from "./button.js";
import { useSettings } from "./settings-context.js";

export function LayerList({ inputs, outputs }: { readonly inputs: number; readonly outputs: number }) {
  const { settings, change } = useSettings();
  const { hidden: layers } = settings.value;
  const box = useRef<HTMLFieldSetElement>(null);
  const set = (index: number, units: number) => change({ hidden: layers.with(index, units) });
  const remove = (index: number) => {
    // The last layer's button disappears, so the focus moves to the previous one, or to "Add a layer".
    const buttons = box.current?.querySelectorAll("button");
    if (index === layers.length - 1) buttons?.[index === 0 ? layers.length : index - 1]?.focus();
    change({ hidden: layers.toSpliced(index, 1) });
  };
  return (
    <fieldset ref={box} class="layers">
      <legend>Hidden layers</legend>
      <p class="hint">
        {[inputs, ...layers, outputs].join(" → ")} · {countWeights([inputs, ...layers, outputs])} weights
      </p>
      <ol>
        {layers.map((units, index) => (
          <li key={index}>
            <UnitsInput label={`Units of hidden layer ${index + 1}`} value={units} onChange={(n) => set(index, n)} />
            <Button class="icon-button" aria-label={`Remove hidden layer ${index + 1}`} onClick={() => remove(index)}>
              ×
            </Button>
          </li>
        ))}
      </ol>
      <Button
        class="quiet"
        off={layers.length >= MOST_LAYERS}
        onClick={() => change({ hidden: [...layers, layers.at(-1) ?? 100] })}
      >
        Add a layer
      </Button>
    </fieldset>
  );
}

interface UnitsProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (units: number) => void;
}

function UnitsInput({ label, value, onChange }: UnitsProps) {
  const [draft, setDraft] = useState<string>();
  const valid = (text: string) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_UNITS;
  const wrong = draft !== undefined && !valid(draft);
  return (
    <input
      aria-label={label}
      title={wrong ? `Expected an integer from 1 to ${MOST_UNITS}` : label}
      aria-invalid={wrong}
      inputMode="numeric"
      autocomplete="off"
      value={draft ?? value}
      onInput={({ currentTarget }) => {
        setDraft(currentTarget.value);
        if (valid(currentTarget.value)) onChange(Number(currentTarget.value));
      }}
      onBlur={() => setDraft(undefined)}
    />
  );
}

function countWeights(sizes: readonly number[]): string {
  const count = sizes.slice(1).reduce((sum, outputs, i) => sum + ((sizes[i] as number) + 1) * outputs, 0);
  return count.toLocaleString("en");
}
