/** What the browser withholds from a page that was served in this way, and what follows from it. */

interface Props {
  /** Whether the page would use more threads, if it could. */
  readonly threads?: boolean;
}

export function MissingNote({ threads = true }: Props) {
  if (!isSecureContext) {
    return (
      <p class="hint">
        This page was opened over plain HTTP. Browsers then share no memory between threads, so that it trains on one,
        to the same bits; they keep no files, so that MNIST is fetched on each visit; and the page does not open without
        a network. Over HTTPS, or from localhost, none of this applies.
      </p>
    );
  }
  if (crossOriginIsolated || !threads) return null;
  return (
    <p class="hint">
      One thread only: this server does not send the headers COOP and COEP, without which browsers share no memory
      between threads. The weights will be the same, to the last bit.
    </p>
  );
}
