/** Numbers as people read them. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "181 k", "2.4 k", "870". */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 99_500) return `${grouped.format(value / 1000)} k`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} k`;
  return grouped.format(value);
}

/** "97.31 %". */
export function percent(share: number | undefined, digits = 2): string {
  return share === undefined || !Number.isFinite(share) ? "–" : `${(share * 100).toFixed(digits)} %`;
}

/** "42 s", "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "11.5 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
