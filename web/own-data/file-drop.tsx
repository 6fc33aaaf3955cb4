import { useId, useState } from "preact/hooks";
import { takeOne } from "../page/drops.js";
import type { GivenFile } from "../protocol/tables.js";

interface Props {
  readonly title: string;
  readonly hint: string;
  /** Endings of file names, for the file dialog. */
  readonly accept: string;
  readonly onFile: (file: GivenFile) => void;
}

/** A place to drop a file, and a button that opens the file dialog. */
export function FileDrop({ title, hint, accept, onFile }: Props) {
  const id = useId();
  const [over, setOver] = useState(false);
  const take = (file: File | undefined | null) => {
    if (file) onFile({ name: file.name, data: file });
  };
  return (
    <fieldset
      class={over ? "file-drop over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(takeOne(event.dataTransfer?.files ?? []));
      }}
    >
      <label for={id}>{title}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          take(currentTarget.files?.[0]);
          // The reader may choose the same file again after a change.
          currentTarget.value = "";
        }}
      />
      <p id={`${id}-hint`} class="hint">
        {hint}
      </p>
    </fieldset>
  );
}
