/** Keys of the tracing layer and what they do; the help shows this same table. */
import { isPlain } from "../../shared/keyboard";
import type { Tracing } from "../edit/tracing";
import type { Travel } from "./travel";

interface Binding {
  keys: string;
  what: string;
  matches(event: KeyboardEvent): boolean;
  run(tracing: Tracing, travel: Travel, event: KeyboardEvent): unknown;
}

const MOUSE: Array<[keys: string, what: string]> = [
  ["click", "add a node to the active one, or begin a skeleton"],
  ["click on a node", "make it active"],
  ["drag a node", "move it"],
  ["Ctrl click", "nothing active"],
  ["Ctrl Shift click", "delete a node, a connector or a link"],
  ["Shift click", "a synapse of the active node"],
  ["Shift click on a node", "join it to the active skeleton, or link it to the active connector"],
  ["Alt Shift click", "the same with a gap junction"],
];

/** A key that is held down does them once. */
const EDITS: Binding[] = [
  plain("T", "t", "tag the active node", (tracing) => tracing.tag()),
  {
    keys: "1 – 5",
    what: "confidence of the edge to the parent",
    matches: (event) => isPlain(event) && /^[1-5]$/.test(event.key),
    run: (tracing, _, event) => tracing.setConfidence(Number(event.key)),
  },
  plain("Del", "Delete", "delete what is active", (tracing) => tracing.removeActive()),
  shifted("Shift R", "r", "make the active node the root", (tracing) => tracing.reroot()),
  shifted("Shift X", "x", "split the skeleton at the active node", (tracing) => tracing.split()),
  {
    keys: "Ctrl Z",
    what: "undo the last own edit",
    matches: (event) =>
      (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z",
    run: (tracing) => tracing.undo(),
  },
];

const WAYS: Binding[] = [
  symbol("[", "to the parent", (_, travel) => travel.go("parent")),
  symbol("]", "to the child", (_, travel) => travel.go("child")),
  plain("R", "r", "to the root", (_, travel) => travel.go("root")),
  plain("B", "b", "to the previous branch or the root", (_, travel) => travel.go("previous_branch")),
  plain("V", "v", "to the next branch or end", (_, travel) => travel.go("next_branch")),
  plain("A", "a", "to the active node", (_, travel) => travel.center()),
  plain("Tab", "Tab", "across the synapse, with the signal", (_, travel) => travel.cross(true)),
  shifted("Shift Tab", "Tab", "across the synapse, against the signal", (_, travel) => travel.cross(false)),
];

export const HELP: Array<[keys: string, what: string]> = [
  ...MOUSE,
  ...[...EDITS, ...WAYS].map(({ keys, what }): [string, string] => [keys, what]),
];

/** The command that a key stands for here, if it does. */
export function commandOf(event: KeyboardEvent, tracing: Tracing, travel: Travel): (() => unknown) | null {
  const binding = [...EDITS, ...WAYS].find(({ matches }) => matches(event));
  if (!binding) return null;
  if (event.repeat && EDITS.includes(binding)) return () => {};
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
  const matches = (event: KeyboardEvent): boolean =>
    isPlain(event) && !event.shiftKey && event.key.toLowerCase() === key.toLowerCase();
  return { keys, what, matches, run };
}

function shifted(keys: string, key: string, what: string, run: Binding["run"]): Binding {
  const matches = (event: KeyboardEvent): boolean =>
    isPlain(event) && event.shiftKey && event.key.toLowerCase() === key.toLowerCase();
  return { keys, what, matches, run };
}
