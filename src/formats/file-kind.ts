/** Recognises a file by its first bytes, so that messages can say what it is. */

/** First bytes of formats, as Latin-1. */
const SIGNATURES: readonly (readonly [start: string, kind: string])[] = [
  ["\x89PNG\r\n\x1a\n", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["PAR1", "a Parquet file"],
  ["\x93NUMPY", "a NumPy array (npy)"],
  ["\x1f\x8b", "a gzip file"],
  ["\x28\xb5\x2f\xfd", "a zstd file"],
  ["%PDF-", "a PDF document"],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
  ["SQLite format 3\0", "an SQLite database"],
  ["\0asm", "a WebAssembly binary"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x03", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["ARROW1", "an Arrow file"],
  ["\0\0\x08\x01", "an IDX file of labels"],
  ["\0\0\x08\x03", "an IDX file of images"],
];

export const UNKNOWN_KIND = "a file of an unknown kind";
export const MODEL_KIND = "a model of simdgrad";
export const CHECKPOINT_KIND = "a checkpoint of a training";
export const OTHER_TENSORS_KIND = "a safetensors file of another program, or of weights alone";

/** Whether a file of this kind may be read as safetensors. */
export function mayBeSafetensors(kind: string): boolean {
  return [UNKNOWN_KIND, MODEL_KIND, CHECKPOINT_KIND, OTHER_TENSORS_KIND].includes(kind);
}

/** How many bytes of a text are checked. */
const MOST_TEXT = 4096;

/** Describes what the bytes are: `a PNG image`, `a CSV file or another text`. */
export function fileKind(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  // Checked first: the length at its beginning may look like anything.
  if (bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0)) return safetensorsKind(bytes);
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const known = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (known) return known[1];
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return zipKind(bytes);
  return textKind(bytes.subarray(0, MOST_TEXT)) ?? UNKNOWN_KIND;
}

function zipKind(bytes: Uint8Array): string {
  const length = (bytes[26] ?? 0) + 256 * (bytes[27] ?? 0);
  const first = String.fromCharCode(...bytes.subarray(30, 30 + Math.min(length, 200)));
  if (first.endsWith(".npy")) return "a NumPy archive (npz)";
  if (first === "[Content_Types].xml" || first.startsWith("xl/")) return "an Excel workbook or another Office document";
  if (/(^|\/)data\.pkl$/.test(first)) return "a PyTorch checkpoint (pickled)";
  return "a ZIP archive";
}

/** The metadata at the beginning of our files say what they are. */
function safetensorsKind(bytes: Uint8Array): string {
  const header = String.fromCharCode(...bytes.subarray(8, 8 + 256));
  if (header.includes('"format":"simdgrad-checkpoint"')) return CHECKPOINT_KIND;
  if (header.includes('"format":"simdgrad"')) return MODEL_KIND;
  return OTHER_TENSORS_KIND;
}

function textKind(bytes: Uint8Array): string | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return "a text in UTF-16";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
  // Texts have no control characters except tabs and line ends.
  const isControl = (character: string) => (character < " " && !"\t\n\r\f".includes(character)) || character === "\x7f";
  if ([...text].some(isControl)) return undefined;
  const trimmed = text.trimStart();
  if (/^<(!doctype|html|\?xml)/i.test(trimmed)) return "a web page or another XML text";
  if (/^\{[^\n]*\}\s*\n\s*\{/.test(trimmed)) return "a JSON Lines file";
  if (/^[{[]/.test(trimmed)) return "a JSON text";
  const [line = ""] = trimmed.split("\n");
  return /[,;\t|]/.test(line) ? "a CSV file or another table in text" : "a text";
}
