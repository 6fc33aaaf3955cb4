/** How a page learns that its worker has died: of errors the browser tells it, a worker that ends without one goes unnoticed. */

/**
 * Holds a lock for as long as the worker lives: who waits for the same lock gets it when the worker has died, of whatever
 * cause. Browsers have locks for pages over HTTPS and from localhost only; elsewhere nothing is told. An error that no one
 * catches in a promise becomes one that the page is told of.
 *
 * @param tell is given the lock's name once it is held
 */
export function tellOfLife(tell: (lock: string) => void): void {
  addEventListener("unhandledrejection", ({ reason }) => {
    setTimeout(() => {
      throw reason;
    });
  });
  const name = `simdgrad-worker-${Date.now()}-${Math.random()}`;
  void (navigator.locks as LockManager | undefined)?.request(name, () => {
    tell(name);
    return new Promise(() => {});
  });
}
