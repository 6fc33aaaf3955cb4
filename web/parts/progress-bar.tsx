interface Props {
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
  /** Screen readers say this instead of a percentage. */
  readonly text: string;
}

/** A bar from 0 to 100 %. */
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
