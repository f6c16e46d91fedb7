/**
 * Many values as one text, as wasm/src/fields.rs reads it: a line that says what each is, then the texts. Each string that
 * crosses into the wasm costs as much as a small one of them.
 */
export const pack = (values) => `${values.map(mark).join(" ")}\n${values.filter((value) => typeof value === "string").join("")}`;

function mark(value) {
  if (typeof value === "string") return value.length;
  if (value === undefined) return "a";
  return value === null ? "n" : "o";
}
