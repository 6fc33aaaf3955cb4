/** The only way to write to the terminal and to standard output. Names from files cannot move the cursor. */

import { printableLines } from "./terminal.js";

/** Prints a text, which may contain names from files, and a line end. */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${printableLines(text)}\n`);
}

/** Prints a note about a file on standard error. */
export function say(text: string): void {
  print(text, process.stderr);
}

/** Prints one line of JSON; characters that are not printable are escaped. */
export function printJson(value: unknown): void {
  const code = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = JSON.stringify(value).replace(/\p{C}/gu, (character) => character.split("").map(code).join(""));
  process.stdout.write(`${text}\n`);
}

/** Prints data for another program; on a terminal, as `print` does. */
export function printData(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printableLines(text) : text);
}

/** Draws text with colours and cursor movements; it must not contain names from files. */
export function draw(text: string, stream: NodeJS.WriteStream): void {
  stream.write(text);
}
