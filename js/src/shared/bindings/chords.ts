/** Key presses as chords, as they are written and kept: `shift+r`, `ctrl+[`, `f2`, `,`. */
import { NAMED_KEYS } from "../../wire/commands";

const NAMES = new Map<string, string>(Object.entries(NAMED_KEYS).map(([name, key]) => [key, name]));

/** What keys type on a US keyboard, by their places: where a layout has no such character, the place counts. */
const PLACES: Readonly<Record<string, string>> = {
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Comma: ",",
  Period: ".",
  Slash: "/",
};
const LETTER = /^\p{L}$/u;
const LATIN_LETTER = /^[a-z]$/i;
const SYMBOL = /^[^\p{L}\p{N}]$/u;
const HELD = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Process"]);

/**
 * All chords that a key press may be, the likeliest first; none for a modifier alone.
 *
 * Characters count wherever a keyboard has them, with Shift or AltGr if need be; then the place of the key.
 */
export function chordsOf(event: KeyboardEvent): string[] {
  const { key } = event;
  if (HELD.has(key)) return [];
  const held = heldWith(event);
  const shifted = event.shiftKey ? [...held, "shift"] : held;
  const name = NAMES.get(key);
  if (name) return [written(shifted, name)];
  if (LATIN_LETTER.test(key)) return [written(shifted, key.toLowerCase())];
  const atPlace = placeOf(event.code ?? "");
  const isAtLetter = atPlace !== undefined && LATIN_LETTER.test(atPlace);
  const found: string[] = [];
  // A Mac's Option, and alphabets that are not Latin, make other characters of letters.
  if (isAtLetter) found.push(written(shifted, atPlace));
  if ([...key].length === 1) found.push(written(LETTER.test(key) ? shifted : held, key.toLowerCase()));
  // A Mac has brackets and the like behind Option.
  const withoutAlt = held.filter((one) => one !== "alt");
  if (SYMBOL.test(key)) found.push(written(withoutAlt, key));
  if (atPlace && !isAtLetter) found.push(written(shifted, atPlace));
  return [...new Set(found)];
}

function heldWith(event: KeyboardEvent): string[] {
  // Many keyboards have brackets and the like behind AltGr, which looks like Ctrl and Alt.
  if (event.getModifierState("AltGraph")) return [];
  const held = event.ctrlKey || event.metaKey ? ["ctrl"] : [];
  return event.altKey ? [...held, "alt"] : held;
}

/** A chord as it is shown: `Shift R`. */
export function chordLabel(chord: string): string {
  const isPlus = chord.endsWith("+");
  const parts = (isPlus ? chord.slice(0, -1) : chord).split("+").filter(Boolean);
  if (isPlus) parts.push("+");
  return parts.map((part) => LABELS[part] ?? part[0]?.toUpperCase() + part.slice(1)).join(" ");
}

const LABELS: Readonly<Record<string, string>> = {
  left: "←",
  right: "→",
  up: "↑",
  down: "↓",
  delete: "Del",
  escape: "Esc",
  pageup: "Page up",
  pagedown: "Page down",
  "-": "−",
};

function placeOf(code: string): string | undefined {
  const [, plain] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code)?.filter(Boolean) ?? [];
  return plain?.toLowerCase() ?? PLACES[code];
}

function written(held: readonly string[], key: string): string {
  return [...held, key].join("+");
}
