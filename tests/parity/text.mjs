// Text that rules are likely to differ on.

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
export const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
export const NAME_CHARACTERS = [...LETTERS, ..."ABCXYZ0189._-"];

// Every one of these is there for a rule: controls, all kinds of space, what NFC composes, decomposes, reorders
// or leaves alone, what folds to ASCII, what is more than two bytes, and what is drawn as nothing.
const TRICKY = [
  "\0", "\t", "\n", "\r", "\x1b", "\x7f", "\u0085", "\u009f",
  "\u00a0", "\u1680", "\u2000", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000", "\u2028", "\u2029",
  "\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\u2060", "\ufeff", "\ufe0f", "\ufffd", "\ufffe",
  "\u0300", "\u0301", "\u0308", "\u0327", "\u0323", "\u0307", "\u0338", "\u0344", "\u0345", "\u034f", "\u0958", "\u0f73",
  "é", "e\u0301", "ñ", "Å", "\u212b", "\u212a", "\u2126", "ß", "ẞ", "İ", "ı", "ſ", "ﬁ", "ﬀ", "Ａ", "ａ", "０", "＠", "．", "。",
  "각", "\u1100\u1161\u11a8", "가\u11a7", "\u1100", "\u1161", "や\u3099", "ふ\u309a", "\u0b47\u0b56", "\ufb1d", "\ud834\udd5e", "\ud834\udd65",
  "中", "я", "ω", "א", "ع", "ไ", "😀", "👨\u200d👩\u200d👧", "🇩🇪", "\u{10ffff}", "\u{1f1e6}", "\u{2f800}", "\u{e0001}", "\u{1d400}",
  "\"", "\\", "'", "<", "{", "$", "@", ".", "-", "_", "+", " ", ",", "=", "/",
];

export const anyCharacter = (random) => random.one(() => random.pick(ASCII), () => random.pick(TRICKY), () => anyScalar(random));

export const anyText = (random, length) => Array.from({ length }, () => anyCharacter(random)).join("");

/** Any Unicode scalar value: a surrogate alone is no text that native could be asked about. */
function anyScalar(random) {
  const code = random.pick([random.below(0x80), random.below(0x800), random.below(0x10000), random.below(0x110000)]);
  return code >= 0xd800 && code <= 0xdfff ? "\ufffd" : String.fromCodePoint(code);
}

/** The text with some small thing changed, a few times. */
export function mutate(random, text) {
  const times = random.pick([0, 1, 1, 1, 2, 4]);
  for (let round = 0; round < times; round += 1) text = mutateOnce(random, text);
  return text;
}

function mutateOnce(random, text) {
  const characters = [...text];
  const place = random.below(characters.length + 1);
  return random.one(
    () => characters.toSpliced(place, 0, anyCharacter(random)).join(""),
    () => characters.toSpliced(place, 1).join(""),
    () => characters.toSpliced(place, 1, anyCharacter(random)).join(""),
    () => characters.toSpliced(place, 0, ...characters.slice(place, place + random.between(1, 8))).join(""),
    () => characters.slice(0, place).join(""),
    () => characters.slice(place).join(""),
    () => characters.map((character) => (random.chance(0.3) ? flipCase(character) : character)).join(""),
    () => text.repeat(random.between(2, 12)).slice(0, 5_000).toWellFormed(),
    () => text.normalize(random.pick(["NFC", "NFD", "NFKC", "NFKD"])),
    () => `${random.pick(TRICKY)}${text}${random.pick(TRICKY)}`,
  );
}

export function flipCase(text) {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
