/** Lets a page notice that its worker has died. Browsers report errors, but not a worker that ends without one. */

/**
 * Holds a lock while the worker lives. The page waits for the same lock and gets it when the worker has died, whatever the cause.
 * Browsers have locks only for HTTPS and localhost; elsewhere the page is not told. Also turns unhandled rejections into errors,
 * which browsers report to the page.
 *
 * @param tell gets the lock's name once the worker holds it
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
