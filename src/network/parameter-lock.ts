/** Who may change a network's parameters: one training at a time, and nobody during an asynchronous evaluation. */

/** A training's exclusive right to change the parameters, until `release`. */
export interface TrainingLock {
  /** Allows steps until `endStep`. Do not await anything in between: other tasks could take steps, too. */
  beginStep(): void;
  endStep(): void;
  release(): void;
}

/** Refuses steps that would mix with a training or an evaluation. */
export class ParameterLock {
  #locked = false;
  #inStep = false;
  #readers = 0;
  #changes = 0;

  /** Call before a step. @throws Error while a training holds the lock, or an evaluation is under way */
  check(): void {
    if (this.#inStep) return;
    if (this.#locked) {
      throw new Error(
        "the network is being trained by fit: await that run or leave its loop before other steps; in a callback, call run.stop()",
      );
    }
    if (this.#readers > 0) {
      throw new Error("the network is being evaluated: await that before you take steps");
    }
  }

  /** @throws Error as `check` */
  acquire(): TrainingLock {
    this.check();
    this.#locked = true;
    return {
      beginStep: () => {
        this.#inStep = true;
        ++this.#changes;
      },
      endStep: () => {
        this.#inStep = false;
      },
      release: () => {
        this.#inStep = false;
        this.#locked = false;
      },
    };
  }

  /** Call before the parameters change other than by a step. */
  change(): void {
    ++this.#changes;
  }

  /** Returns the result of `read`. @throws Error if the parameters changed meanwhile: no state of the network has that result */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    const before = this.#changes;
    ++this.#readers;
    try {
      const result = await read();
      if (this.#changes === before) return result;
    } finally {
      --this.#readers;
    }
    throw new Error("the network was trained or loaded during an evaluation: await one of them first");
  }
}
