/** Who may change a network's parameters: one training at a time, and nobody while an evaluation goes on in turns. */

/** What a training holds for as long as it lasts. */
export interface Lease {
  /** From here to `close` steps are taken: without a pause, in which others would have their turn. */
  open(): void;
  close(): void;
  release(): void;
}

/** Refuses steps that others take in between. */
export class NetworkLease {
  #claimed = false;
  #open = false;
  #readers = 0;
  #changes = 0;

  /** Before a step. @throws Error while a training has claimed the network, or an evaluation is under way */
  check(): void {
    if (this.#open) return;
    if (this.#claimed) {
      throw new Error(
        "the network is being trained by fit: await that run or leave its loop before other steps are taken; within a callback, call run.stop()",
      );
    }
    if (this.#readers > 0) {
      throw new Error("the network is being evaluated in turns: await that before steps are taken");
    }
  }

  /** @throws Error as `check` */
  claim(): Lease {
    this.check();
    this.#claimed = true;
    return {
      open: () => {
        this.#open = true;
        ++this.#changes;
      },
      close: () => {
        this.#open = false;
      },
      release: () => {
        this.#open = false;
        this.#claimed = false;
      },
    };
  }

  /** The parameters are about to change, though not by a step. */
  change(): void {
    ++this.#changes;
  }

  /** What `read` gives. @throws Error when the parameters changed meanwhile: the result would be of no state of the network */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    const before = this.#changes;
    ++this.#readers;
    try {
      const result = await read();
      if (this.#changes === before) return result;
    } finally {
      --this.#readers;
    }
    throw new Error("the network was trained or loaded while it was being evaluated in turns: await one of them first");
  }
}
