import type { ComponentChildren } from "preact";

interface Props {
  /** Whether a click does nothing now. */
  readonly off?: boolean;
  readonly class?: string;
  readonly "aria-label"?: string;
  readonly onClick: (event: MouseEvent) => unknown;
  readonly children: ComponentChildren;
}

/** A button that keeps the focus when it is off. Browsers take the focus from a disabled button. */
export function Button({ off = false, onClick, ...rest }: Props) {
  return <button type="button" aria-disabled={off || undefined} onClick={off ? undefined : onClick} {...rest} />;
}
