/** How names are spelled where options may follow them, `oneCycle:percentStart=0.4`; earlier versions had `one-cycle`, which is still read. */

import { spelling } from "../network/catalogue.js";

/** With the name as it is spelled now. */
export function spelled(text: string): string {
  return changeName(text, spelling);
}

/** With the name as it was spelled before: by it runs of earlier versions are known. */
export function spelledBefore(text: string): string {
  return changeName(text, (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}

function changeName(text: string, change: (name: string) => string): string {
  const [name = "", ...options] = text.split(/(?=:)/);
  return [change(name), ...options].join("");
}
