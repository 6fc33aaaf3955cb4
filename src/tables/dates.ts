/** Parses dates and times of day as people and programs write them: milliseconds since 1970, UTC without a zone. */

const { isNaN: isNaNumber } = Number;

/** Both readings of a date. */
export interface WrittenDate {
  /** Milliseconds since 1970, with 3/4/2020 as the third of April; NaN if it cannot be read so. */
  readonly dayFirst: number;
  /** The same as the fourth of March. */
  readonly monthFirst: number;
}

const TIME =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?$/i;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?:[T\s]+(.+))?$/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T,\s]+(.+))?$/;
const DAY_NAME = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+/i;
const NAMED_DAY_FIRST = /^(\d{1,2})(?:st|nd|rd|th)?[-\s./]*([a-z]{3,9})\.?[-\s,./]*(\d{4}|\d{2})(?:[T,\s]+(.+))?$/i;
const NAMED_MONTH_FIRST = /^([a-z]{3,9})\.?[-\s]+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})(?:[T,\s]+(.+))?$/i;
/** Java's and Twitter's: Thu Mar 05 10:00:00 UTC 2020. */
const YEAR_BEHIND = /^([a-z]{3})\s+(\d{1,2})\s+(\S+)\s+(\S+)\s+(\d{4})$/i;
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const MONTH_NAMES =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/i;
/** Longer texts are not dates. */
const LONGEST = 48;
const DAY = 86_400_000;

/** Parses a date, a date and time, or a time of day on 1970-01-01; undefined for anything else, including bare numbers. */
export function parseDate(text: string): WrittenDate | undefined {
  if (text.length > LONGEST || text.length < 4 || !/\d/.test(text)) return undefined;
  const time = readTime(text);
  if (time !== undefined) return sure(time);
  const year = YEAR_FIRST.exec(text);
  if (year) return sure(dateOf(year[1], Number(year[3]), Number(year[4] ?? 1), year[5]));
  const last = YEAR_LAST.exec(text);
  return last ? readYearLast(last) : readNamed(text.replace(DAY_NAME, ""));
}

function readYearLast([, first, mark, second, year = "", time]: RegExpExecArray): WrittenDate | undefined {
  // 10.0.19 is more likely a version than a date.
  if (year.length < 4 && mark !== "/") return undefined;
  const [one, two] = [Number(first), Number(second)];
  const dayFirst = dateOf(year, two, one, time);
  // With points, the day always comes first.
  const monthFirst = mark === "." ? dayFirst : dateOf(year, one, two, time);
  return isNaNumber(dayFirst) && isNaNumber(monthFirst) ? undefined : { dayFirst, monthFirst };
}

function readNamed(text: string): WrittenDate | undefined {
  const day = NAMED_DAY_FIRST.exec(text);
  if (day) return sure(dateOf(day[3], monthOf(day[2]), Number(day[1]), day[4]));
  const month = NAMED_MONTH_FIRST.exec(text);
  if (month) return sure(dateOf(month[3], monthOf(month[1]), Number(month[2] ?? 1), month[4]));
  const behind = YEAR_BEHIND.exec(text);
  return behind
    ? sure(dateOf(behind[5], monthOf(behind[1]), Number(behind[2]), `${behind[3]} ${behind[4]}`))
    : undefined;
}

function sure(time: number): WrittenDate | undefined {
  return isNaNumber(time) ? undefined : { dayFirst: time, monthFirst: time };
}

/** The month, from 1; 0 for anything else. */
function monthOf(name = ""): number {
  return MONTH_NAMES.test(name) ? MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1 : 0;
}

/** NaN for the 30th of February. Two-digit years are from 1969 to 2068, as in POSIX. */
function dateOf(yearText = "", month: number, day: number, timeText?: string): number {
  const short = Number(yearText);
  const year = yearText.length > 2 ? short : short + (short < 69 ? 2000 : 1900);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  const time = timeText === undefined ? 0 : readTime(timeText.trim());
  return time === undefined ? Number.NaN : date.getTime() + time;
}

/** Milliseconds since midnight UTC; undefined for anything but a time of day. */
function readTime(text: string): number | undefined {
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [, hour, minute, second = "0", fraction = "0", half, , sign, zoneHours = "0", zoneMinutes = "0"] = found;
  let hours = Number(hour);
  if (hours > (half ? 12 : 24) || (half && hours < 1) || Number(minute) > 59 || Number(second) > 60) return undefined;
  if (half) hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0);
  const time = ((hours * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(`0.${fraction}`) * 1000;
  if (time > DAY) return undefined;
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return time - (sign === "-" ? -zone : zone);
}

/** ISO 8601, without the time if it is midnight. */
export function dateText(time: number): string {
  const date = new Date(time);
  if (isNaNumber(date.getTime())) return String(time);
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, "")
    .replace(/\.000Z$/, "Z");
}
