/** SHA-256, by the browser on HTTPS and localhost, else by a library that is loaded only then. */

/** In hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Absent in a page over plain HTTP, whatever the types say.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle) return hexadecimal(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  const { sha256: digest } = await import("@noble/hashes/sha2.js");
  return hexadecimal(digest(bytes));
}

/** Two digits a byte. */
function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
