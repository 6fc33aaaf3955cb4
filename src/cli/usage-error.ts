/** UsageError: wrong usage that shows only after the arguments were parsed. Exit code 2. */

export class UsageError extends Error {
  override readonly name = "UsageError";

  /** @param option as on the command line, `--epochs` */
  constructor(option: string, what: string) {
    super(`option '${option}': ${what}`);
  }
}
