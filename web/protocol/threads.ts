/** What a worker, the page and an engine's thread say to each other. */

/** Worker to page: has an engine's thread started, which is spoken to through the port. */
export interface ThreadRequest {
  readonly thread: MessagePort;
}

/** Worker to thread, by way of the page. */
export type ToThread = { readonly message: unknown } | { readonly end: true };

/** Thread to worker, by way of the page. */
export type FromThread = { readonly message: unknown } | { readonly error: string };
