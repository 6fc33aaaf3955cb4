import type { ComponentChildren } from "preact";

interface Props {
  /** Whether it does nothing at present. */
  readonly off?: boolean;
  readonly class?: string;
  readonly "aria-label"?: string;
  readonly onClick: (event: MouseEvent) => unknown;
  readonly children: ComponentChildren;
}

/** A button that keeps the focus when it is off: from a disabled one browsers take it. */
export function Button({ off = false, onClick, ...rest }: Props) {
  return <button type="button" aria-disabled={off || undefined} onClick={off ? undefined : onClick} {...rest} />;
}
