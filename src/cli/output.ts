/** The one way to the terminal, and to what standard output leads to: names out of files move no cursor. */

import { printableLines } from "./terminal.js";

/** A text with names out of files in it, and a line end. */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${printableLines(text)}\n`);
}

/** On standard error: what is found of a file, beside the results. */
export function say(text: string): void {
  print(text, process.stderr);
}

/** As one line of JSON, in which what is not printable is escaped: the same value. */
export function printJson(value: unknown): void {
  const code = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = JSON.stringify(value).replace(/\p{C}/gu, (character) => character.split("").map(code).join(""));
  process.stdout.write(`${text}\n`);
}

/** Data for another program; on a terminal a text like others. */
export function printData(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printableLines(text) : text);
}

/** What this program draws itself, with colours and cursor movements, and without names. */
export function draw(text: string, stream: NodeJS.WriteStream): void {
  stream.write(text);
}
