/** Texts that mean a missing value. */

/** In every column: spellings of spreadsheets, R, pandas and databases that are not words. */
const NEVER_NAMES = new Set(["", "nan", "n/a", "<na>", "#n/a", "#n/a n/a", "#na", "nat", "\\n", "?"]);
/** A spreadsheet's errors. */
const SPREADSHEET_ERRORS = new Set(["#value!", "#div/0!", "#ref!", "#name?", "#num!", "#null!", "#error!"]);
const LONGEST = 8;

/**
 * Whether the text means a missing value in a column of any kind. `Nan`, NA, None and Null do not: they may be names.
 */
export function isMissing(text: string): boolean {
  // A digit, a sign or a point. Most fields end here, before they are copied in lower case.
  const first = text.charCodeAt(0);
  if ((first >= 0x2b && first <= 0x39) || text.length > LONGEST || text === "Nan") return false;
  const lower = text.toLowerCase();
  return NEVER_NAMES.has(lower) || SPREADSHEET_ERRORS.has(lower);
}

const AMONG_NUMBERS = new Set([
  ...["na", "none", "null", "nil", "nan", "-nan", "n.a.", "n.d.", "nd", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"],
  ...["-", "--", "---", "–", "—", ".", "..", "...", "*", "_"],
  ...["inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"],
  ...["tbd", "tba", "tbc", "unknown", "unk", "missing", "(missing)", "undefined", "not available", "not applicable"],
]);

/** Whether the text means a missing value among numbers or dates. In a column of names it is a name. */
export function isMissingAmongNumbers(text: string): boolean {
  return text.length <= 14 && AMONG_NUMBERS.has(text.toLowerCase());
}
