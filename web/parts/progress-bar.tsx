interface Props {
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
  /** What a screen reader says in place of a percentage. */
  readonly text: string;
}

/** How much is done. */
export function ProgressBar({ label, share, text }: Props) {
  const done = Math.min(1, Math.max(0, share));
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(done * 100)}
      aria-valuetext={text}
    >
      <div style={{ transform: `scaleX(${done})` }} />
    </div>
  );
}
