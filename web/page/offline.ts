/** The service worker that keeps the built site for visits without a network. */

export function registerServiceWorker(): void {
  // In development files change under the page, and a kept copy would hide it.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("./service-worker.js").catch((error: Error) => {
      console.warn(`the page will not open offline: ${error.message}`);
    });
  });
}
