/** What Node and browsers do differently, the browser side. `platform-node.ts` has the same exports. */

/** The response with a binary that lies beside the library. */
export async function fetchBinary(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: HTTP ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
