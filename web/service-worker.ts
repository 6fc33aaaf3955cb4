/**
 * The service worker: keeps the built site, so that it opens without a network. A build is kept and replaced as a whole, with
 * the headers it was served with. MNIST is not its business: the training worker keeps that.
 */

/** The site's files, relative to this one, and a hash of them all: filled in by the build. */
declare const SITE_FILES: readonly string[];
declare const SITE_HASH: string;

interface LifetimeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends LifetimeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface ServiceWorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: LifetimeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
}

const scope = globalThis as unknown as ServiceWorkerScope;
const PREFIX = "simdgrad-page-";
const CACHE = PREFIX + SITE_HASH;

scope.addEventListener("install", (event) => {
  // Past the HTTP cache: it may hold files of an older build under names that stay the same.
  const requests = SITE_FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(removeOlder().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === scope.location.origin) {
    event.respondWith(answer(request));
  }
});

async function removeOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  // Servers that vary their answer by origin or encoding would hide the one file of that name there is.
  const kept = await cache.match(request, { ignoreSearch: request.mode === "navigate", ignoreVary: true });
  return kept ?? fetch(request);
}
