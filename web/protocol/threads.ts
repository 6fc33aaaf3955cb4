/** Messages between a worker, the page and an engine's thread. */

/** Worker to page: start an engine's thread that communicates through the port. */
export interface ThreadRequest {
  readonly thread: MessagePort;
}

/** Worker to thread, through the page. */
export type ToThread = { readonly message: unknown } | { readonly end: true };

/** Thread to worker, through the page. */
export type FromThread = { readonly message: unknown } | { readonly error: string };
