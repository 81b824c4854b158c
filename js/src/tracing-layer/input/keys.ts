/** Keys of the tracing layer: those of edits, as the edits say, and those to travel. The help shows them all. */
import { altKey, isPlain, plainKey, shiftedKey } from "../../shared/keyboard";
import { EDITS } from "../edit/edits";
import type { Tracing } from "../edit/tracing";
import { MOUSE } from "./pointing";
import type { Travel } from "./travel";

interface Binding {
  keys: string;
  what: string;
  matches(event: KeyboardEvent): boolean;
  run(tracing: Tracing, travel: Travel, event: KeyboardEvent): unknown;
}

/** A key that is held down does them once. */
const EDIT_KEYS: Binding[] = EDITS.flatMap(({ key }) =>
  key ? [{ ...key, run: (tracing, _, event) => key.command(tracing, event) }] : [],
);

const WAYS: Binding[] = [
  symbol("[", "to the parent", (_, travel) => travel.go("parent")),
  symbol("]", "to the child", (_, travel) => travel.go("child")),
  plain("R", "r", "to the nearest open end", (_, travel) => travel.toOpenEnd("nearest")),
  shifted("Shift R", "r", "to the next open end", (_, travel) => travel.toOpenEnd("next")),
  withAlt("Alt R", "r", "to the open end that was made last", (_, travel) => travel.toOpenEnd("newest")),
  plain("Backspace", "Backspace", "to the root", (_, travel) => travel.go("root")),
  plain("B", "b", "to the previous branch or the root", (_, travel) => travel.go("previous_branch")),
  plain("V", "v", "to the next branch or end", (_, travel) => travel.go("next_branch")),
  plain("A", "a", "to the active node", (_, travel) => travel.center()),
  symbol("/", "search for a neuron", (_, travel) => travel.search()),
  plain("Tab", "Tab", "across the synapse, with the signal", (_, travel) => travel.cross(true)),
  shifted("Shift Tab", "Tab", "across the synapse, against the signal", (_, travel) => travel.cross(false)),
];

export const HELP: Array<[keys: string, what: string]> = [
  ...MOUSE,
  ...[...EDIT_KEYS, ...WAYS].map(({ keys, what }): [string, string] => [keys, what]),
];

/** The command that a key stands for here, if it does. */
export function commandOf(event: KeyboardEvent, tracing: Tracing, travel: Travel): (() => unknown) | null {
  const binding = [...EDIT_KEYS, ...WAYS].find(({ matches }) => matches(event));
  if (!binding) return null;
  if (event.repeat && EDIT_KEYS.includes(binding)) return () => {};
  return () => binding.run(tracing, travel, event);
}

/** A character that some keyboards have with Shift. */
function symbol(character: string, what: string, run: Binding["run"]): Binding {
  return {
    keys: character,
    what,
    matches: (event) => isPlain(event) && event.key === character,
    run,
  };
}

function plain(keys: string, key: string, what: string, run: Binding["run"]): Binding {
  return { keys, what, matches: plainKey(key), run };
}

function withAlt(keys: string, key: string, what: string, run: Binding["run"]): Binding {
  return { keys, what, matches: altKey(key), run };
}

function shifted(keys: string, key: string, what: string, run: Binding["run"]): Binding {
  return { keys, what, matches: shiftedKey(key), run };
}
