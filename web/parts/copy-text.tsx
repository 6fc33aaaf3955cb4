/** A button that copies a text, or shows it if the browser does not let the page copy. */

import { useRef, useState } from "preact/hooks";
import { Button } from "./button.js";

const MILLISECONDS = 2000;

interface Props {
  readonly title: string;
  /** The text's name. */
  readonly name: string;
  readonly text: () => string;
  readonly rows?: number;
  readonly onCopied?: () => void;
}

export function CopyText({ title, name, text, rows = 3, onCopied }: Props) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const [shown, setShown] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    const wanted = text();
    const copied = await copyText(wanted);
    setShown(wanted);
    setState(copied ? "copied" : "failed");
    if (copied) onCopied?.();
    clearTimeout(timer.current);
    if (copied) timer.current = setTimeout(setState, MILLISECONDS, "idle");
  };
  return (
    <>
      <Button onClick={copy}>{state === "copied" ? "Copied" : title}</Button>
      <span role="status" class={state === "failed" ? "hint" : "visually-hidden"}>
        {state === "copied" && `${name} copied.`}
        {state === "failed" && "Your browser does not let the page copy. Here is the text:"}
      </span>
      {state === "failed" && <textarea readOnly class="copied-text" rows={rows} aria-label={name} value={shown} />}
    </>
  );
}

/** Copies text to the clipboard. Without HTTPS or permission only the fallback can. @returns whether it was copied */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Deprecated, but every browser has it. */
function copySelected(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.position = "fixed";
  area.style.opacity = "0";
  const focused = document.activeElement as HTMLElement | null;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}
