/** Times as people read them. */

const STEPS: ReadonlyArray<[unit: Intl.RelativeTimeFormatUnit, seconds: number]> = [
  ["year", 365.25 * 86_400],
  ["month", 30.44 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
/** ms in which slow readers, too, have seen that there is something to read, and have read a character of it. */
const NOTICED_MS = 6_000;
const CHARACTER_MS = 80;
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** A time in the reader's time zone, 2026-06-30 14:05:09; the text itself if it is not a time. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

/** How long ago a time was: "3 minutes ago". */
export function timeAgo(iso: string, now: number = Date.now()): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 60) return "less than a minute ago";
  const [unit, length] = STEPS.find(([, least]) => seconds >= least) ?? ["minute", 60];
  return RELATIVE.format(-Math.floor(seconds / length), unit);
}

/** For how long a text has to stand, ms. */
export function readingTime(text: string): number {
  return Math.max(NOTICED_MS, CHARACTER_MS * text.length);
}
