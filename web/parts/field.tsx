/** Labelled inputs for settings. An invalid text stays in its field, marked, and changes nothing. */

import { useId, useState } from "preact/hooks";
import { FIELDS, type RunSettings } from "../../src/app/settings/page-settings.js";
import type { PageSetting } from "../../src/app/settings/train-settings.js";
import { readValue } from "../../src/app/settings/values.js";
import { useSettings } from "./settings-context.js";

interface TextProps {
  readonly name: keyof RunSettings;
  readonly hint?: string;
  readonly numeric?: boolean;
}

/** A setting to type. */
export function TextField({ name, hint, numeric = true }: TextProps) {
  const id = useId();
  const { settings, change } = useSettings();
  const { title, value: field } = FIELDS[name] as PageSetting<unknown>;
  const value = field.write(settings.value[name]);
  const [draft, setDraft] = useState<string>();
  const wrong = draft !== undefined && readValue(field, draft) === undefined;
  const onInput = (text: string) => {
    setDraft(text);
    const read = readValue(field, text);
    if (read !== undefined) change({ [name]: read });
  };
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        value={draft ?? value}
        inputMode={numeric ? "decimal" : "text"}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong || hint ? `${id}-hint` : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
        onBlur={() => setDraft(undefined)}
      />
      {(wrong || hint) && (
        <p id={`${id}-hint`} class={wrong ? "hint wrong" : "hint"}>
          {wrong ? `Expected ${field.expected}.` : hint}
        </p>
      )}
    </div>
  );
}

interface SelectProps<K extends keyof RunSettings> {
  readonly name: K;
  readonly options: Readonly<Record<string, string>>;
  readonly hint?: string | undefined;
}

/** A setting to choose from a list. */
export function SelectField<K extends keyof RunSettings>({ name, options, hint }: SelectProps<K>) {
  const id = useId();
  const { settings, change } = useSettings();
  const { title, value: field } = FIELDS[name] as PageSetting<unknown>;
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <select
        id={id}
        value={field.write(settings.value[name])}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => change({ [name]: field.parse(event.currentTarget.value) })}
      >
        {Object.entries(options).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}
