/** The four files of a set of images in a folder, by the names that MNIST and the sets after it give them, read and unpacked. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { FormatError } from "../checks/errors.js";
import { type MnistFile, mnistFiles } from "../digits/mnist.js";

type Paths = Partial<Record<MnistFile, string>>;

/** What a folder has. */
export interface FoundFiles {
  readonly directory: string;
  /** What the files' names begin with, `emnist-letters` say; "" of MNIST's own. */
  readonly set: string;
  readonly paths: Readonly<Record<MnistFile, string>>;
}

/** `train-images-idx3-ubyte`; also with a dot, as packed, with the name of a set before it, and with `test` in place of `t10k`. */
const NAME = /^(?:(.+)-)?(train|t10k|test)-(images|labels)[-.]idx\d-[a-z]+(\.gz)?$/;

/**
 * The files of the only whole set in a folder, or of the one that the end of the path names: `DIR/emnist-letters`. Files without a
 * set's name before theirs go before others.
 *
 * @returns a line that says what is missing where there is no such set, and which sets there are where there are several
 */
export async function findImageFiles(path: string): Promise<FoundFiles | string> {
  const isFolder = (await stat(path).catch(ignoreMissing))?.isDirectory() ?? false;
  if (!isFolder) {
    const [directory, set] = [dirname(path), basename(path)];
    const paths = (await setsIn(directory)).get(set);
    return paths ? whole({ directory, set, paths }) : whole({ directory: path, set: "", paths: {} });
  }
  const sets = [...(await setsIn(path))].map(([set, paths]) => ({ directory: path, set, paths }));
  const own = sets.find(({ set }) => set === "");
  const complete = sets.filter((found) => typeof whole(found) !== "string");
  if (complete.length > 1 && !complete.some((found) => found === own)) {
    const names = complete.map(({ set }) => set).sort();
    return `${path}: several sets, ${names.join(", ")}: name one, as in ${join(path, names[0] as string)}`;
  }
  const found = complete.find((one) => one === own) ?? complete[0] ?? own ?? sets[0];
  return whole(found ?? { directory: path, set: "", paths: {} });
}

/** MNIST's own files in a folder. @returns a line that says what is missing, if anything is */
export async function findMnistFiles(directory: string): Promise<FoundFiles | string> {
  return whole({ directory, set: "", paths: await mnistFilesIn(directory) });
}

/** Those of MNIST's own files that a folder has. */
export async function mnistFilesIn(directory: string): Promise<Paths> {
  return (await setsIn(directory)).get("") ?? {};
}

/** The files if there are all four, else a line that says which are missing. */
function whole({ directory, set, paths }: { directory: string; set: string; paths: Paths }): FoundFiles | string {
  const missing = mnistFiles.filter((file) => !paths[file]);
  if (missing.length === 0) return { directory, set, paths: paths as FoundFiles["paths"] };
  return `${directory}: missing ${missing.map((file) => (set === "" ? file : `${set}-${file}`)).join(", ")}`;
}

/** The files in a folder by set. Of several for the same the raw one goes before the packed, then MNIST's spelling before others. */
async function setsIn(directory: string): Promise<Map<string, Paths>> {
  const sets = new Map<string, Paths>();
  const names = (await readdir(directory).catch(ignoreMissing)) ?? [];
  for (const name of names.sort(byPreference)) {
    const [, set = "", part, kind] = NAME.exec(name) ?? [];
    if (part === undefined || !(await isFile(join(directory, name)))) continue;
    const file = `${part === "train" ? part : "t10k"}-${kind}-idx${kind === "images" ? 3 : 1}-ubyte` as MnistFile;
    const paths = sets.get(set) ?? {};
    paths[file] ??= join(directory, name);
    sets.set(set, paths);
  }
  return sets;
}

function byPreference(a: string, b: string): number {
  const rank = (name: string) => [name.endsWith(".gz"), name.includes(".idx"), /(?:^|-)test-/.test(name)].map(Number);
  const [ranksOfA, ranksOfB] = [rank(a), rank(b)];
  const at = ranksOfA.findIndex((value, index) => value !== ranksOfB[index]);
  return at < 0 ? Number(a > b) - Number(a < b) : (ranksOfA[at] as number) - (ranksOfB[at] as number);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing))?.isFile() ?? false;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}

/** Whether the names of the images' files say that they are EMNIST's, whose images are transposed. */
export function areTransposed(paths: Readonly<Record<MnistFile, string>>): boolean {
  return /(?:^|[^a-z])emnist/i.test(basename(paths["train-images-idx3-ubyte"]));
}

/** Bytes that Node reads at once at most; the largest file of EMNIST has 547 MB. */
const MOST = 2 ** 31 - 1;
/** Bytes that a packed file may take, and for each of its own. Images pack to a third or a fifth, labels to a half. */
const UNPACKED = { room: 64 * 2 ** 20, each: 32 };

/**
 * The four files, gunzipped if they are gzip, which their first bytes say.
 *
 * @throws FormatError for a file that is larger than 2 GiB, or unpacked larger than that, or than 64 MiB and 32 times the packed
 * one; and for broken gzip
 */
export async function readImageFiles(
  paths: Readonly<Record<MnistFile, string>>,
): Promise<Readonly<Record<MnistFile, Uint8Array>>> {
  const read = async (file: MnistFile) => [file, await readUnpacked(paths[file])] as const;
  return Object.fromEntries(await Promise.all(mnistFiles.map(read))) as Record<MnistFile, Uint8Array>;
}

async function readUnpacked(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > MOST) throw new FormatError(`${path}: expected at most ${MOST} bytes, got ${size}`);
  const bytes = await readFile(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const most = Math.min(MOST, UNPACKED.room + UNPACKED.each * size);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const got = code === "ERR_BUFFER_TOO_LARGE" ? "more" : message;
    throw new FormatError(`${path}: expected gzip of at most ${most} bytes unpacked, got ${got}`, { cause: error });
  }
}
