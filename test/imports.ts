/** Who imports whom: the rooms of a tree of sources, what each may import, and whether a file is reached from itself. */

import { posix } from "node:path";
import ts from "typescript";

/** Path from the repository's root and text of each file. */
export type Sources = ReadonlyMap<string, string>;

const { dirname, join } = posix;

/** `new Worker(new URL("./worker.ts", import.meta.url))` loads a file as an import does. */
const URLS = /new URL\(\s*"(\.[^"]+)",\s*import\.meta\.url/g;

/** The files that each file imports: statically, dynamically, as a type, or as the URL of a worker. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export function importGraph(sources: Sources): ImportGraph {
  return new Map([...sources].map(([path, text]) => [path, importsOf(path, text, sources)]));
}

function importsOf(path: string, text: string, sources: Sources): string[] {
  const written = [
    ...ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
    ...[...text.matchAll(URLS)].map(([, url]) => url as string),
  ];
  const targets = written
    .filter((name) => name.startsWith("."))
    .map((name) => find(join(dirname(path), name), sources));
  return targets.filter((target) => target !== undefined);
}

/** The source that a specifier means: TypeScript writes ".js" for it, AssemblyScript nothing. */
function find(target: string, sources: Sources): string | undefined {
  const stem = target.replace(/\.(js|tsx?)$/, "");
  return [target, `${stem}.ts`, `${stem}.tsx`, `${stem}.d.ts`].find((name) => sources.has(name));
}

/**
 * What the table does not allow: "src/engine/matrix.ts imports src/network/network.ts".
 *
 * @param table what each room may import; a room is a folder, or a file, and the longest name that fits counts
 */
export function forbiddenImports(graph: ImportGraph, table: Readonly<Record<string, readonly string[]>>): string[] {
  const rooms = Object.keys(table).sort((a, b) => b.length - a.length);
  const roomOf = (path: string) => rooms.find((room) => path === room || path.startsWith(`${room}/`));
  return [...graph].flatMap(([path, targets]) => {
    const room = roomOf(path);
    if (room === undefined) return [`${path} is in no room`];
    const allowed = [room, ...(table[room] as readonly string[])];
    const others = targets.filter((target) => !allowed.includes(roomOf(target) ?? ""));
    return others.map((target) => `${path} imports ${target}`);
  });
}

/** Each ring of files that import each other, by types or otherwise, as its paths in alphabetical order. */
export function importRings(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((path) => [path, filesReached(path, graph)]));
  const inRing = [...graph.keys()].filter((path) => reached.get(path)?.has(path));
  const rings = inRing.map((path) =>
    inRing.filter((other) => reached.get(path)?.has(other) && reached.get(other)?.has(path)).sort(),
  );
  return [...new Map(rings.map((ring) => [ring.join(), ring])).values()];
}

function filesReached(from: string, graph: ImportGraph): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const target of graph.get(path) ?? []) {
      if (seen.has(target)) continue;
      seen.add(target);
      open.push(target);
    }
  }
  return seen;
}
