/** Numbers and times in words. */

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const LIST = new Intl.ListFormat("en", { type: "conjunction" });

// Largest first: a distance is told in the first unit that it fills once.
const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** @param {string | number | Date} time */
export function moment(time) {
  return MOMENT.format(new Date(time));
}

/**
 * How far `seconds` since 1970 is from now: "in 59 minutes", "2 days ago", "just now".
 *
 * @param {number} seconds
 * @param {number} [nowMillis]
 */
export function distance(seconds, nowMillis = Date.now()) {
  // To the minute: a token for an hour, read a moment after it was issued, is good for an hour and not for 59 minutes.
  const delta = Math.round((seconds - nowMillis / 1000) / 60) * 60;
  const unit = UNITS.find(([, size]) => Math.abs(delta) >= size);
  if (unit) return RELATIVE.format(Math.trunc(delta / unit[1]), unit[0]);
  return seconds * 1000 > nowMillis ? "in less than a minute" : "just now";
}

/** @param {number} millis */
export function duration(millis) {
  if (millis < 0.1) return "under 0.1 ms";
  if (millis < 10) return `${millis.toFixed(1)} ms`;
  return millis < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(2)} s`;
}

/** @param {number} bytes */
export function weight(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}

/** @param {string[]} words */
export function list(words) {
  return LIST.format(words);
}

/** "1 field", "2 fields". @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
